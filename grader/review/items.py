"""Which items a review has: those of `rubric/peer-review.toml`, and the manual criteria of what is reviewed."""

import re
import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from grader.domain.course import Criterion, Dimension
from grader.domain.errors import CourseError
from grader.domain.result import CriterionResult, Result
from grader.domain.status import Status
from grader.review.nouns import Item

FILE = "rubric/peer-review.toml"
ITEM_ID = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*")
OWN = "review."  # ids of items that are no criteria begin so
_Text = Annotated[str, Meta(min_length=1)]


class _Item(Struct, forbid_unknown_fields=True):
    id: _Text
    sentence: _Text
    dimension: Dimension
    look_at: _Text
    evidence: list[_Text] = []
    pull_request: bool = False


class _File(Struct, forbid_unknown_fields=True):
    items: Annotated[list[_Item], Meta(min_length=1)]


def load_items(root: Path) -> tuple[Item, ...]:
    """The items of the course in this folder, in the order in which they are asked.

    Raises:
        CourseError: the file is missing or wrong; names the item or the key, and what to do.
    """
    path = root / FILE
    try:
        read = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
    except OSError as problem:
        raise CourseError(f"{path} cannot be read: {problem.strerror}", "Restore it.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CourseError(f"{path} is not TOML: {problem}", "Mend the line it names.") from None
    except msgspec.ValidationError as problem:
        raise CourseError(
            f"{path}: {problem}", "Mend that key; docs/instructors/peer-review.md says what an item has."
        ) from None
    ids = [item.id for item in read.items]
    for name in ids:
        if not ITEM_ID.fullmatch(name) or not name.startswith(OWN):
            raise CourseError(
                f"{path}: {name!r} is no id of an item", f"Write it as `{OWN}what-it-says`, in lower case."
            )
        if ids.count(name) > 1:
            raise CourseError(f"{path}: {name} is there twice", "Give one of them an id of its own.")
    return tuple(Item(i.id, i.sentence, i.look_at, i.dimension, tuple(i.evidence), i.pull_request) for i in read.items)


def with_manual(items: tuple[Item, ...], criteria: Iterable[Criterion | CriterionResult]) -> tuple[Item, ...]:
    """The items, and after them the criteria that a person judges."""
    return items + tuple(Item(c.id, c.title, c.hint, c.dimension, (c.id,)) for c in criteria)


def items_of(result: Result, items: tuple[Item, ...]) -> tuple[Item, ...]:
    """What is asked of the submission that this is the result of."""
    own = {item.id for item in items}
    return with_manual(items, (c for c in result.criteria if c.status is Status.MANUAL and c.id not in own))


def is_evidence(item: Item, name: str) -> bool:
    """Whether the criterion or gate of that id stands beside the item."""
    return any(fnmatchcase(name, pattern) for pattern in item.evidence)
