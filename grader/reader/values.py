"""Plain values on their way from the child: JSON, with a form for what TOML and YAML know beside it.

An object with one key that begins with U+0000 stands for something else: ``pairs`` of keys and values where a key is
not text or begins like this itself, ``date``, ``time``, ``datetime``, ``float`` and ``other``. Standard library only.
"""

import datetime as dt
import math
import re
from collections.abc import Callable
from typing import Any

MOST_VALUES = 200_000
MOST_ODD_KEYS = 1_000
DEEPEST = 60
_LONGEST_NUMBER = 256
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARK = "\0"
_DATES: dict[str, Callable[[str], object]] = {
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
}


class Unbounded(ValueError):
    """A value that stands for more than anybody writes by hand; the message says in what way."""


def packed(value: object) -> Any:
    """The value as JSON can carry it. Aliases are written out: ``Unbounded`` if that makes too many values."""
    return _Packing().pack(value, 0)


def unpacked(value: Any) -> Any:
    """What ``packed`` was given; ``ValueError`` if ``value`` is nothing that it gives."""
    return _unpack(value, 0)


class _Packing:
    def __init__(self) -> None:
        self._left = MOST_VALUES

    def pack(self, value: object, depth: int) -> Any:
        self._left -= 1
        if self._left < 0:
            raise Unbounded(f"it stands for more than {MOST_VALUES:,} values")
        if depth > DEEPEST:
            raise Unbounded(f"it is nested more than {DEEPEST} deep, or contains itself")
        match value:
            case dict():
                return self._mapping(value, depth)
            case list() | tuple():
                return [self.pack(one, depth + 1) for one in value]
            case dt.datetime() | dt.date() | dt.time():
                return {f"{_MARK}{type(value).__name__}": value.isoformat()}
            case None | bool() | str() | int() | float():
                return _scalar(value)
            case _:
                return {f"{_MARK}other": type(value).__name__}

    def _mapping(self, value: dict[Any, Any], depth: int) -> Any:
        if all(isinstance(key, str) and not key.startswith(_MARK) for key in value):
            return {key: self.pack(one, depth + 1) for key, one in value.items()}
        if len(value) > MOST_ODD_KEYS:
            raise Unbounded(f"it has a table with more than {MOST_ODD_KEYS:,} keys, not all of them text")
        return {f"{_MARK}pairs": [[self.pack(key, depth + 1), self.pack(one, depth + 1)] for key, one in value.items()]}


def _scalar(value: bool | str | float | None) -> Any:
    if isinstance(value, str) and not value.isascii() and _SURROGATE.search(value):
        raise Unbounded("it has half a character (a surrogate)")
    if isinstance(value, int) and value.bit_length() > _LONGEST_NUMBER:
        raise Unbounded(f"it has a number of more than {_LONGEST_NUMBER} bits")
    if isinstance(value, float) and not math.isfinite(value):
        return {f"{_MARK}float": str(value)}
    return value


def _unpack(value: Any, depth: int) -> Any:
    if depth > 3 * DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(value, list):
        return [_unpack(one, depth + 1) for one in value]
    if not isinstance(value, dict):
        return value
    key = next(iter(value), "")
    if not key.startswith(_MARK):
        return {name: _unpack(one, depth + 1) for name, one in value.items()}
    if len(value) != 1:
        raise ValueError("not a plain value")
    return _special(key.removeprefix(_MARK), value[key], depth)


def _special(kind: str, value: Any, depth: int) -> Any:
    if kind == "pairs" and isinstance(value, list) and len(value) <= MOST_ODD_KEYS:
        pairs = [(_key(_unpack(key, depth + 1)), _unpack(one, depth + 1)) for key, one in value]
        return dict(pairs)
    if kind in _DATES and isinstance(value, str) and len(value) < 64:
        return _DATES[kind](value)
    if kind == "float" and value in ("nan", "inf", "-inf"):
        return float(value)
    if kind == "other" and isinstance(value, str) and len(value) < 64:
        return Other(value)
    raise ValueError("not a plain value")


def _key(value: Any) -> Any:
    """A list or a table cannot be a key; as one it is text."""
    return str(value)[:200] if isinstance(value, list | dict) else value


class Other:
    """A value of a type that is not carried, such as YAML's sets and binary data; equal to nothing but itself."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __repr__(self) -> str:
        return f"<{self.kind}>"
