"""Values in words, and comparison without surprises."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

LONGEST = 300


def bounded(text: str, most: int = LONGEST) -> str:
    """The text, cut to ``most`` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def words(value: Any) -> str:
    """A value as a learner would write it, at most 300 characters."""
    return bounded(_written(value))


def _written(value: Any) -> str:
    if isinstance(value, str):
        return f"'{bounded(value)}'" if value else "an empty text"
    if isinstance(value, (datetime, date)):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(k)}: {_written(v)}" for k, v in list(value.items())[:50]) + "}"
    if isinstance(value, (list, tuple, set, frozenset)):
        inner = ", ".join(_written(item) for item in list(value)[:50])
        return f"[{inner}]" if isinstance(value, (list, tuple)) else "{" + inner + "}"
    return bounded(repr(value))


def same(one: Any, other: Any) -> bool:
    """Equal and of one type, all the way down."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def field_list(fields: Iterable[str]) -> str:
    """The names, quoted, ``__all__`` in words."""
    named = ["the whole" if field == "__all__" else f"`{field}`" for field in fields]
    return ", ".join(named) or "no field"


_COMPARED = {
    "==": "{}",
    "is": "{}",
    "!=": "anything but {}",
    "is not": "anything but {}",
    "<": "less than {}",
    "<=": "at most {}",
    ">": "more than {}",
    ">=": "at least {}",
    "in": "one of {}",
    "not in": "none of {}",
}


def compared(op: str, left: Any, right: Any) -> tuple[str, str]:
    """What ``assert left op right`` expected and observed. A text or a collection is asked for what it contains."""
    if op in ("in", "not in") and isinstance(left, str) and isinstance(right, str):
        return (f"a text with {words(left)}" if op == "in" else f"a text without {words(left)}"), words(right)
    return bounded(_COMPARED.get(op, op + " {}").format(words(right))), words(left)
