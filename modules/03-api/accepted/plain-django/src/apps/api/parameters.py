"""Reads the parameters of a list, and complains about those that make no sense."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from api.problems import Complaint, invalid
from django.http import HttpRequest

_NUMBER = re.compile(r"-?[0-9]{1,9}")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def instant(text: str) -> datetime:
    """The time that RFC 3339 means; ValueError if it is none."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    day, minute, second, fraction, offset = match.groups()
    is_leap = second == "60"
    whole = datetime.fromisoformat(
        f"{day}T{minute}:{'59' if is_leap else second}"
        f".{(fraction or '')[:6]:0<6}{'+00:00' if offset in 'Zz' else offset}"
    )
    try:
        return whole.astimezone(UTC) + timedelta(seconds=is_leap)
    except OverflowError:  # at the ends of the calendar
        edge = datetime.min if whole.year == 1 else datetime.max
        return edge.replace(tzinfo=UTC)


class Parameters:
    """The parameters of one request. Ask for all of them, then `stop()`."""

    def __init__(self, request: HttpRequest) -> None:
        self._sent = request.GET
        self._complaints: list[Complaint] = []

    def refuse(self, name: str, detail: str, code: str = "invalid") -> None:
        """Something is wrong with the parameter."""
        self._complaints.append(Complaint(name, detail, code))

    def stop(self) -> None:
        """Raise Problem if anything is wrong."""
        if self._complaints:
            raise invalid(self._complaints)

    def text(self, name: str) -> str | None:
        """As it was sent; None if it was not, or not so that one could look for it."""
        value = self._sent.get(name)
        if value is not None and "\x00" in value:
            self.refuse(name, "NUL characters are not allowed.", "null_character")
            return None
        return value

    def choice(self, name: str, allowed: Iterable[str]) -> str | None:
        """One of these."""
        value = self.text(name)
        if value is not None and value not in allowed:
            self.refuse(name, "One of: " + ", ".join(allowed) + ".", "choice")
            return None
        return value

    def number(self, name: str, low: int | None = None, high: int | None = None) -> int | None:
        """An integer between these."""
        value = self.text(name)
        if value is None:
            return None
        if not _NUMBER.fullmatch(value):
            self.refuse(name, "This has to be a number.", "type")
            return None
        number = int(value)
        if (low is not None and number < low) or (high is not None and number > high):
            self.refuse(name, f"The number {number} is out of range.", "range")
            return None
        return number

    def instant(self, name: str) -> datetime | None:
        """A time with an offset."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return instant(value)
        except ValueError:
            self.refuse(name, "A time as 2026-01-31T12:00:00Z, with offset.", "type")
            return None
