"""Which items a review has: those of the course, and the manual criteria of what is reviewed."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from grader.domain.course import Criterion, ReviewItem
from grader.domain.result import CriterionResult, Result
from grader.domain.status import Status


def with_manual(
    items: tuple[ReviewItem, ...], criteria: Iterable[Criterion | CriterionResult]
) -> tuple[ReviewItem, ...]:
    """The items, and after them the criteria that a person judges."""
    return items + tuple(ReviewItem(c.id, c.title, c.hint, c.dimension, (c.id,)) for c in criteria)


def items_of(result: Result, items: tuple[ReviewItem, ...]) -> tuple[ReviewItem, ...]:
    """What is asked of the submission that this is the result of."""
    own = {item.id for item in items}
    return with_manual(items, (c for c in result.criteria if c.status is Status.MANUAL and c.id not in own))


def is_evidence(item: ReviewItem, name: str) -> bool:
    """Whether the criterion or gate of that id stands beside the item."""
    return any(fnmatchcase(name, pattern) for pattern in item.evidence)
