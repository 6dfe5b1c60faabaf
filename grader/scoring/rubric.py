"""Where a module's points stand on the five dimensions of the capstone rubric."""

from collections.abc import Iterable
from dataclasses import dataclass

from grader.domain.course import Dimension
from grader.domain.result import CriterionResult


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """The points of one dimension, out of those that the measured criteria have on it."""

    dimension: Dimension
    score: int
    max_score: int


def by_dimension(criteria: Iterable[CriterionResult]) -> tuple[DimensionScore, ...]:
    """The dimensions that these criteria have points on, in the order of the rubric."""
    criteria = tuple(criteria)
    standings = (
        DimensionScore(
            dimension,
            sum(c.score for c in criteria if c.dimension is dimension),
            sum(c.max_score for c in criteria if c.dimension is dimension),
        )
        for dimension in Dimension
    )
    return tuple(s for s in standings if s.max_score)
