"""Two documents held against each other as values: where they differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grader.domain.words import words
from grader.gates.contract.document import Document

_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """A place, as a JSON pointer, and what the two documents have there, in words."""

    pointer: str
    committed: str
    generated: str


def differences(committed: Document, generated: Document) -> Iterator[Difference]:
    """Every place where they differ; of what only one has, the outermost. The order of members does not count."""
    return _differences(committed.value, generated.value, "")


def _differences(one: Any, other: Any, pointer: str) -> Iterator[Difference]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*one, *other)):
            step = key.replace("~", "~0").replace("/", "~1")
            yield from _differences(one.get(key, _NOTHING), other.get(key, _NOTHING), f"{pointer}/{step}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differences(left, right, f"{pointer}/{index}")
    elif not _same(one, other):
        yield Difference(pointer or "/", _shown(one), _shown(other))


def _same(one: Any, other: Any) -> bool:
    if type(one) is type(other) and one == other:
        return True
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other and not isinstance(one, bool) and not isinstance(other, bool)
    moment = _moment(one)
    return moment is not None and moment == _moment(other)


def _moment(value: Any) -> datetime | None:
    """A time, which YAML and JSON write otherwise."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and value[:4].isdecimal() else None
    except ValueError:
        return None


def _shown(value: Any) -> str:
    return "nothing" if value is _NOTHING else words(value)
