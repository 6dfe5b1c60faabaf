"""PostgreSQL's values as text, and as Python: only what plain columns hold; every other type stays its text."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from grader.domain.words import bounded
from grader.stage.outcome import Failed

_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_PLAIN = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_LOADERS: dict[int, Callable[[str], Any]] = {
    16: lambda text: text == "t",
    17: lambda text: bytes.fromhex(text.removeprefix("\\x")),
    **dict.fromkeys((20, 21, 23, 26), int),
    **dict.fromkeys((700, 701), float),
    1082: date.fromisoformat,
    1083: time.fromisoformat,
    **dict.fromkeys((1114, 1184), datetime.fromisoformat),
    1700: lambda text: _finite(Decimal(text)),
    2950: UUID,
}


def loaded(raw: bytes | None, oid: int) -> Any:
    """A value by the number of its type. One that Python cannot hold, such as a date in the year 20000, has failed."""
    if raw is None:
        return None
    text = raw.decode("utf-8", errors="replace")
    load = _LOADERS.get(oid)
    if load is None:
        return text
    try:
        return load(text)
    except (ValueError, ArithmeticError):
        raise Failed("a value that Python can hold", bounded(ascii(text), 100)) from None


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise ValueError
    return number


def copied(line: bytes) -> list[bytes | None]:
    """The fields of one line of COPY in text format."""
    return [None if part == b"\\N" else _unescaped(part) for part in line.removesuffix(b"\n").split(b"\t")]


def _unescaped(part: bytes) -> bytes:
    return _ESCAPED.sub(lambda match: _PLAIN.get(match[1], match[1]), part) if b"\\" in part else part


def same_value(found: Any, wanted: Any) -> bool:
    """Whether a column holds the value: of one type, but for numbers of different precision."""
    numbers = (int, float, Decimal)
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    if isinstance(found, numbers) and isinstance(wanted, numbers):
        return bool(found == wanted)
    return type(found) is type(wanted) and bool(found == wanted)
