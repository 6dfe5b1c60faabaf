"""What a comparison that failed expected and observed, in words."""

from collections.abc import KeysView, ValuesView
from datetime import date
from typing import Any

from grader.domain.words import LONGEST, MOST_ITEMS, MOST_NAMES, Counted, bounded, same, words

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
    said = f"not among them: {', '.join(map(words, missing[:MOST_NAMES]))}" if missing else "the two are alike"
    more = f" and {len(missing) - MOST_NAMES} more" if len(missing) > MOST_NAMES else ""
    return bounded(f"all of {words(set(part))} among {words(set(whole))}"), bounded(said + more)


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Two numbers, the plain one with what the other one counts; in two lists, all of them plain."""
    if isinstance(left, Counted) and type(right) is int:
        return left, left.like(right)
    if isinstance(right, Counted) and type(left) is int:
        return right.like(left), right
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return _uncounted(left), _uncounted(right)
    return left, right


def _uncounted(items: list[Any] | tuple[Any, ...]) -> list[Any] | tuple[Any, ...]:
    if not any(isinstance(item, Counted) for item in items):
        return items
    return [int(item) if isinstance(item, Counted) else item for item in items]


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
    if not (isinstance(expected, dict) and isinstance(observed, dict)) or len(observed) > MOST_ITEMS:
        return observed
    known = [key for key in expected if key in observed]
    return {key: observed[key] for key in [*known, *(key for key in observed if key not in expected)]}
