"""What peer reviewers are asked: the items of `rubric/peer-review.toml`."""

import re
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from grader.course.toml import convert, line_of, read_toml, refuse_doubled
from grader.domain.course import REVIEW_ITEMS, Dimension, ReviewItem
from grader.domain.errors import CourseError

FILE = "rubric/peer-review.toml"
_ID = re.compile(re.escape(REVIEW_ITEMS) + r"[a-z0-9]+(-[a-z0-9]+)*")
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


def load_items(root: Path) -> tuple[ReviewItem, ...]:
    """The items of the course in this folder, in the order in which they are asked.

    Raises:
        CourseError: the file is missing or wrong; names the item or the key, and what to do.
    """
    path = root / FILE
    read = convert(read_toml(path), _File, path, told="docs/instructors/peer-review.md says what an item has.")
    refuse_doubled([item.id for item in read.items], path)
    for item in read.items:
        if not _ID.fullmatch(item.id):
            raise CourseError(
                f"{line_of(path, item.id)}: {item.id!r} is no id of an item",
                f"Write it as `{REVIEW_ITEMS}what-it-says`, in lower case.",
            )
    return tuple(
        ReviewItem(i.id, i.sentence, i.look_at, i.dimension, tuple(i.evidence), i.pull_request) for i in read.items
    )
