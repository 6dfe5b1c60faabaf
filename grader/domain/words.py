"""Values in words, and whether two are the same without surprises."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from grader.domain.text import spelled, visible

LONGEST = 300
MOST_ITEMS = 50
MOST_NAMES = 5
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def bounded(text: str, most: int = LONGEST) -> str:
    """The text, cut to ``most`` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def last_part(text: str, most: int) -> str:
    """The end of the text, at most ``most`` characters: of a traceback, the end is what tells."""
    return text if len(text) <= most else "…" + text[1 - most :]


def last_lines(text: str, most: int = 15) -> str:
    """The last lines of what a program wrote, at most ``most`` of them and 1500 characters."""
    return last_part("\n".join(visible(text).rstrip().splitlines()[-most:]), 1500)


class Counted(int):
    """A number that is told with what it is a number of: ``3 queries``, ``exit status 1``. Else it is that number."""

    def __new__(cls, number: int, one: str, many: str) -> "Counted":
        """``one`` and ``many`` have ``{}`` in the place of the number."""
        made = super().__new__(cls, number)
        made._words = (one, many)
        return made

    _words: tuple[str, str]

    def like(self, number: int) -> "Counted":
        """Another number of the same."""
        return Counted(number, *self._words)

    def told(self) -> str:
        """The number in its words."""
        return self._words[self != 1].replace("{}", str(int(self)))


def words(value: Any) -> str:
    """A value as a learner would write it: one line, at most 300 characters, and no more work than these need."""
    written, size = [], 0
    for piece in _pieces(value):
        written.append(piece)
        size += len(piece)
        if size > LONGEST:
            break
    return bounded("".join(written))


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield f"'{bounded(spelled(value[: LONGEST + 1]))}'" if value else "an empty text"
    elif isinstance(value, Counted):
        yield value.told()
    elif isinstance(value, (datetime, date)):
        yield value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    elif isinstance(value, dict):
        yield "{"
        for index, (key, item) in zip(range(MOST_ITEMS), value.items(), strict=False):
            yield ", " if index else ""
            yield from _pieces(key)
            yield ": "
            yield from _pieces(item)
        yield "}"
    elif isinstance(value, (list, tuple, set, frozenset)):
        start, end = "[]" if isinstance(value, (list, tuple)) else "{}"
        yield start
        for index, item in zip(range(MOST_ITEMS), value, strict=False):
            yield ", " if index else ""
            yield from _pieces(item)
        yield end
    else:
        yield bounded(spelled(repr(value[:LONGEST] if isinstance(value, bytes) else value)))


def same(one: Any, other: Any) -> bool:
    """Equal and of one type, all the way down."""
    one, other = (int(each) if isinstance(each, Counted) else each for each in (one, other))
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def field_list(fields: Iterable[str]) -> str:
    """The names of fields, quoted, ``__all__`` in words; of what is no name, and of more than five, how many."""
    found = list(fields)
    named = ["the whole" if field == "__all__" else f"`{field}`" for field in plain_names(found)]
    return ", ".join([*named, *_others(found, named)]) or "no field"


def code_list(codes: Iterable[str]) -> str:
    """Error codes, in the same way."""
    found = list(codes)
    named = plain_names(found)
    return ", ".join([*named, *_others(found, named)]) or "none"


def plain_names(names: Iterable[str]) -> list[str]:
    """The first five that are names as a project can have them: letters, digits and underscores, 63 at most."""
    return [name for name in names if _NAME.fullmatch(name)][:MOST_NAMES]


def _others(found: list[str], named: list[str]) -> list[str]:
    return [f"{len(found) - len(named)} others"] if len(found) > len(named) else []
