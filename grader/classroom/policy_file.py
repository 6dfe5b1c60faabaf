"""A policy as TOML, read strictly: what is not understood is refused, with an example."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from grader.classroom.policy import Late, Policy, is_dated
from grader.domain.errors import UsageError_
from grader.given.names import key
from grader.given.text_file import read_text
from grader.intake.names import shown

_Points = Annotated[float, msgspec.Meta(ge=0, le=10_000)]
_Hours = Annotated[float, msgspec.Meta(ge=0, le=100_000)]
_Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
_LARGEST = 4 << 20  # bytes: an extension for everybody in a large class
_EXAMPLE = "See docs/instructors/class.md for one that is right."
_UNITS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


class _Late(msgspec.Struct, forbid_unknown_fields=True):
    per: Literal["hour", "day"] = "day"
    points: _Points = 0
    percent: _Percent = 0
    most_percent: _Percent = 100
    closes_after_hours: _Hours | None = None


class _Attempts(msgspec.Struct, forbid_unknown_fields=True):
    most: Annotated[int, msgspec.Meta(ge=1)] | None = None
    count: Literal["best", "latest"] = "best"


class _Extension(msgspec.Struct, forbid_unknown_fields=True):
    student: Annotated[str, msgspec.Meta(min_length=1)]
    until: datetime
    reason: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    deadline: datetime | None = None
    zone: str = ""
    grace_minutes: _Hours = 0
    late: _Late = msgspec.field(default_factory=_Late)
    attempts: _Attempts = msgspec.field(default_factory=_Attempts)
    extensions: list[_Extension] = []


def read_policy(path: Path) -> tuple[str, Policy]:
    """The text of the file, to be kept, and what it says. Raises ``UsageError_`` as ``parse_policy`` does."""
    text = read_text(path, largest=_LARGEST)
    return text, parse_policy(text, str(path))


def parse_policy(text: str, name: str) -> Policy:
    """What the text of a policy says; ``name`` is what to call it in a message.

    Raises:
        UsageError_: it is no policy, or a time in it is none, or there twice, or without a zone.
    """
    try:
        found = msgspec.toml.decode(text, type=_File, strict=False)
    except (msgspec.MsgspecError, ValueError) as problem:
        raise UsageError_(f"{name}: {problem}", _EXAMPLE) from None
    zone = _zone(found.zone, name)
    extensions: dict[str, datetime] = {}
    for extension in found.extensions:
        student = key(extension.student)
        if student in extensions:
            raise UsageError_(f"{name}: {shown(extension.student)} has two extensions", "Keep the one that holds.")
        extensions[student] = _at(extension.until, zone, name)
    hours = found.late.closes_after_hours
    return Policy(
        deadline=None if found.deadline is None else _at(found.deadline, zone, name),
        grace=timedelta(minutes=found.grace_minutes),
        late=Late(
            unit=_UNITS[found.late.per],
            points=Decimal(str(found.late.points)),
            percent=Decimal(str(found.late.percent)),
            most=Decimal(str(found.late.most_percent)),
            closes_after=None if hours is None else timedelta(hours=hours),
        ),
        extensions=extensions,
        most_attempts=found.attempts.most,
        count=found.attempts.count,
    )


def strangers(policy: Policy, students: Mapping[str, str]) -> tuple[str, ...]:
    """Who has an extension and is not in the class: a mistake in writing, most likely."""
    return tuple(sorted(student for student in policy.extensions if student not in students))


def _zone(name: str, where: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, KeyError):
        raise UsageError_(f"{where}: there is no time zone {shown(name)}", 'Such as zone = "Europe/Zurich".') from None


def _at(time: datetime, zone: ZoneInfo | None, name: str) -> datetime:
    """The moment. What a clock shows twice, or never, when it is put back or forth is refused."""
    if not is_dated(time):
        raise UsageError_(f"{name}: {time.isoformat()} is no time that anything is handed in at", "Look at its year.")
    if time.tzinfo is not None:
        return time
    if zone is None:
        raise UsageError_(
            f"{name}: {time.isoformat()} has no time zone",
            'Write the offset, 2026-03-01T23:59:00+01:00, or once for all: zone = "Europe/Zurich".',
        )
    first, second = (time.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        again = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == time
        raise UsageError_(
            f"{name}: clocks show {time.isoformat()} {'twice' if again else 'never'} in {zone.key}",
            "They are put forth or back that day: write the offset, such as +02:00.",
        )
    return first
