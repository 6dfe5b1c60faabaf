"""Dates and times as Django keeps them in SQLite, and what its SQL functions make of them.

A *moment* is a date, or a date with a time of day; its text is ``2030-01-31 12:00:00.5``. ``zone`` is the time zone in
which it is asked for, ``stored`` the one in which it was written down; without ``stored`` it is taken as it is.
"""

from __future__ import annotations

import datetime
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

CLOCK = r"(\d+):(\d+):(\d+)(?:\.(\d+))?"
TIME = re.compile(CLOCK)
MOMENT = re.compile(rf"(\d+)-(\d+)-(\d+)(?: {CLOCK}(?:[-+].*)?)?")
ZONE = re.compile(r"(.*)([-+])(\d\d)(?::(\d\d))?")


def moment(text: str) -> Any:
    """The ``date`` or ``datetime`` that is written there, without a time zone; ``ValueError`` for any other text."""
    found = MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no date")
    day = datetime.date(int(found[1]), int(found[2]), int(found[3]))
    return day if found[4] is None else datetime.datetime.combine(day, at_clock(found[4], found[5], found[6], found[7]))


def time_of_day(text: str) -> datetime.time:
    """The time of day that is written there; ``ValueError`` for any other text."""
    found = TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no time")
    return at_clock(found[1], found[2], found[3], found[4])


def at_clock(hour: str, minute: str, second: str, digits: str | None) -> datetime.time:
    """The time of day of these; ``digits`` are those behind the point of the second."""
    return datetime.time(int(hour), int(minute), int(second), int(f"{digits or ''}000000"[:6]))


def readable(read: Callable[[Any], Any], value: Any) -> Any:
    """What ``read`` makes of the value, or nothing if it is none of that kind."""
    try:
        return read(value)
    except (TypeError, ValueError):
        return None


def local(value: Any, zone: str | None = None, stored: str | None = None) -> Any:
    """The moment of that text in the zone; nothing if it is none."""
    at = readable(moment, value)
    if at is None or not stored:
        return at
    import zoneinfo  # takes long, and few schemas need it

    at = at.replace(tzinfo=zoneinfo.ZoneInfo(stored))
    if zone is None or zone == stored:
        return at
    if found := ZONE.fullmatch(zone):
        offset = datetime.timedelta(hours=int(found[3]), minutes=int(found[4] or 0))
        zone, at = found[1], at - offset if found[2] == "-" else at + offset
    return at.astimezone(zoneinfo.ZoneInfo(zone or stored))


def extract(unit: str, at: Any) -> int | None:
    """That part of a moment or of a time of day."""
    if at is None:
        return None
    match unit:
        case "week_day":
            return int(at.isoweekday() % 7 + 1)
        case "iso_week_day":
            return int(at.isoweekday())
        case "week" | "iso_year":
            return int(getattr(at.isocalendar(), unit.removeprefix("iso_")))
        case "quarter":
            return int((at.month + 2) // 3)
    return int(getattr(at, unit))


def first_day(unit: str, at: datetime.date) -> datetime.date | None:
    """The first day of the year, quarter, month or week, or that day; nothing for a unit of the clock."""
    day = datetime.date(at.year, at.month, at.day)
    match unit:
        case "year":
            return day.replace(month=1, day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case "month":
            return day.replace(day=1)
        case "week":
            return day - datetime.timedelta(days=day.weekday())
    return day if unit == "day" else None


def full_units(unit: str, at: datetime.datetime | datetime.time) -> str:
    """The time of day without what is smaller than hour, minute or second; ``ValueError`` for any other unit."""
    count = ("hour", "minute", "second").index(unit) + 1
    return ":".join(f"{part:02d}" for part in (*(at.hour, at.minute, at.second)[:count], 0, 0)[:3])


def truncate_date(unit: str, value: Any, zone: str | None, stored: str | None) -> str | None:
    """The first day of the unit that the moment is in."""
    if (at := local(value, zone, stored)) is None:
        return None
    if (day := first_day(unit, at)) is None:
        raise ValueError(f"{unit!r} is no unit of a date")
    return day.isoformat()


def truncate_moment(unit: str, value: Any, zone: str | None, stored: str | None) -> str | None:
    """When the unit began that the moment is in."""
    if (at := local(value, zone, stored)) is None:
        return None
    day = first_day(unit, at)
    return f"{day} 00:00:00" if day else f"{at.date()} {full_units(unit, at)}"


def truncate_time(unit: str, value: Any, zone: str | None, stored: str | None) -> str | None:
    """When the hour, minute or second began that the moment or the time of day is in."""
    at = local(value, zone, stored) or readable(time_of_day, value)
    return None if at is None else full_units(unit, at)


def cast_date(value: Any, zone: str | None, stored: str | None) -> str | None:
    """The day of a moment."""
    at = local(value, zone, stored)
    return None if at is None else str(at.date())


def cast_time(value: Any, zone: str | None, stored: str | None) -> str | None:
    """The time of day of a moment."""
    at = local(value, zone, stored)
    return None if at is None else str(at.time())


def difference(left: str, right: str) -> int:
    """The microseconds between two moments."""
    return int((moment(left) - moment(right)) // datetime.timedelta(microseconds=1))


def time_difference(left: str, right: str) -> int:
    """The microseconds between two times of day."""
    return difference(f"2000-01-01 {time_of_day(left)}", f"2000-01-01 {time_of_day(right)}")


def combine(sign: str, left: Any, right: Any) -> Any:
    """A sum or difference of moments and of durations in microseconds, as text; a product or quotient of numbers."""
    match sign.strip():
        case "+" | "-" as sign:
            left, right = readable(operand, left), readable(operand, right)
            if left is None or right is None:
                return None
            return str(left + right if sign == "+" else left - right)
        case "*":
            return left * right
    return left / right


def operand(value: Any) -> Any:
    """Microseconds as a duration; any other as the moment that it is."""
    return datetime.timedelta(microseconds=value) if isinstance(value, int) else moment(value)
