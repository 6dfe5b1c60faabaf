"""Values in words, and comparison without surprises."""

import re
from collections.abc import Iterable, Iterator, KeysView, ValuesView
from datetime import date, datetime
from typing import Any

from grader.domain.text import spelled, visible

LONGEST = 300
_MOST_ITEMS = 50
_MOST_NAMES = 5
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
        for index, (key, item) in zip(range(_MOST_ITEMS), value.items(), strict=False):
            yield ", " if index else ""
            yield from _pieces(key)
            yield ": "
            yield from _pieces(item)
        yield "}"
    elif isinstance(value, (list, tuple, set, frozenset)):
        start, end = "[]" if isinstance(value, (list, tuple)) else "{}"
        yield start
        for index, item in zip(range(_MOST_ITEMS), value, strict=False):
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
    return [name for name in names if _NAME.fullmatch(name)][:_MOST_NAMES]


def _others(found: list[str], named: list[str]) -> list[str]:
    return [f"{len(found) - len(named)} others"] if len(found) > len(named) else []


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
_KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((dict, KeysView), "a dict with the key"),
    ((set, frozenset), "a set with"),
    ((object,), "a list with"),
)

_MOMENTS = {
    "<": "a moment before",
    "<=": "no moment after",
    ">": "a moment after",
    ">=": "no moment before",
}
_EMPTY: tuple[tuple[type, str], ...] = (
    (list, "an empty list"),
    (tuple, "an empty tuple"),
    (dict, "an empty dict"),
    (object, "an empty set"),
)
_COLLECTIONS = (list, tuple, dict, set, frozenset)
_SETS, _SUBSETS = (set, frozenset, KeysView), ("<", "<=", ">", ">=")
_LONG = 120  # characters: two collections that both fit in are read side by side


def difference(expected: Any, observed: Any) -> tuple[str, str] | None:
    """Where two collections first differ, and how; ``None`` for anything else, and for two that are short.

    ``[8]['title']: 'Hello'`` and ``[8]['title']: 'Bye'``: cut off as a whole, they would look alike.
    """
    if max(len(words(expected)), len(words(observed))) <= _LONG:
        return None
    path: list[str] = []
    while (step := _first_step(expected, observed)) is not None:
        name, expected, observed = step
        path.append(name)
    if not path:
        return None
    at = bounded("".join(path), LONGEST // 2)
    return tuple(f"{at}: {'nothing' if value is _NOTHING else words(value)}" for value in (expected, observed))  # type: ignore[return-value]


class _Nothing:
    """What stands for an item that a collection does not have."""


_NOTHING = _Nothing()


def _first_step(expected: Any, observed: Any) -> tuple[str, Any, Any] | None:
    """The first item that differs: how one gets at it in Python, and both values."""
    if isinstance(expected, dict) and isinstance(observed, dict):
        for key in [*expected, *(key for key in observed if key not in expected)]:
            one, other = expected.get(key, _NOTHING), observed.get(key, _NOTHING)
            if not same(one, other):
                return f"[{words(key)}]", one, other
    elif isinstance(expected, (list, tuple)) and isinstance(observed, (list, tuple)):
        for index in range(max(len(expected), len(observed))):
            one, other = (items[index] if index < len(items) else _NOTHING for items in (expected, observed))
            if not same(one, other):
                return f"[{index}]", one, other
    return None


def compared(op: str, left: Any, right: Any) -> tuple[str, str]:
    """What ``assert left op right`` expected and observed.

    A text or a collection is asked for what it contains, and is observed; a tuple has what is allowed, and is expected.
    """
    if op in ("in", "not in") and isinstance(left, str) and isinstance(right, str):
        return (f"a text with {words(left)}" if op == "in" else f"a text without {words(left)}"), words(right)
    if op in ("in", "not in") and (isinstance(left, _COLLECTIONS) or not isinstance(right, tuple)):
        return _contained(left, right, "with" if op == "in" else "without")
    if isinstance(left, _SETS) and isinstance(right, _SETS) and op in _SUBSETS:
        return _subset(*(left, right) if "<" in op else (right, left))
    left, right = _alike(left, right)
    if isinstance(left, date) and isinstance(right, date) and op in _MOMENTS:
        return f"{_MOMENTS[op]} {words(right)}", "the same: it did not move" if left == right else words(left)
    if op == "==" and (found := difference(right, left)):
        return found
    observed = _beside(_in_order_of(right, left))
    if op == "==" and _is_unreturned(left, right):
        observed += ": a function without `return` gives None"
    return bounded(_COMPARED.get(op, op + " {}").format(_beside(right))), bounded(observed)


def _contained(left: Any, right: Any, how: str) -> tuple[str, str]:
    """What a collection should have in it, or not, and what it has."""
    kind = next(text for kinds, text in _KINDS if isinstance(right, kinds)).replace("with", how, 1)
    there = list(right) if isinstance(right, (KeysView, ValuesView)) else right
    return bounded(f"{kind} {words(left)}"), _beside(there)


def _subset(part: Any, whole: Any) -> tuple[str, str]:
    """What should be in the whole, and what is not in there."""
    missing = sorted(set(part) - set(whole), key=repr)
    said = f"not among them: {', '.join(map(words, missing[:_MOST_NAMES]))}" if missing else "the two are alike"
    more = f" and {len(missing) - _MOST_NAMES} more" if len(missing) > _MOST_NAMES else ""
    return bounded(f"all of {words(set(part))} among {words(set(whole))}"), bounded(said + more)


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Two numbers, the plain one with what the other one counts."""
    if isinstance(left, Counted) and type(right) is int:
        return left, left.like(right)
    if isinstance(right, Counted) and type(left) is int:
        return right.like(left), right
    return left, right


def _is_unreturned(observed: Any, expected: Any) -> bool:
    """Whether all that was observed is None, and none of it was expected to be."""
    if not isinstance(observed, (list, tuple)) or not isinstance(expected, (list, tuple)):
        return observed is None and isinstance(expected, bool)
    return bool(observed) and all(o is None for o in observed) and all(e is not None for e in expected)


def _beside(value: Any) -> str:
    """A value as one reads it beside another: that a collection is empty is said, since brackets are overlooked."""
    if isinstance(value, _COLLECTIONS) and not value:
        return next(text for kind, text in _EMPTY if isinstance(value, kind))
    return words(value)


def _in_order_of(expected: Any, observed: Any) -> Any:
    """A mapping in the order of another one, as far as they have the same keys: its own order says nothing."""
    if not (isinstance(expected, dict) and isinstance(observed, dict)) or len(observed) > _MOST_ITEMS:
        return observed
    known = [key for key in expected if key in observed]
    return {key: observed[key] for key in [*known, *(key for key in observed if key not in expected)]}
