"""Where a module's points stand on the five dimensions of the capstone rubric."""

from collections.abc import Iterable
from dataclasses import dataclass

from grader.domain.course import Dimension
from grader.domain.result import CriterionResult, GateVerdict


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """The points of one dimension, out of those that what was measured has on it."""

    dimension: Dimension
    score: int
    max_score: int


def by_dimension(scored: Iterable[CriterionResult | GateVerdict]) -> tuple[DimensionScore, ...]:
    """The dimensions that these criteria and gates have points on, in the order of the rubric."""
    scored = tuple(scored)
    standings = (
        DimensionScore(
            dimension,
            sum(s.score for s in scored if s.dimension is dimension),
            sum(s.max_score for s in scored if s.dimension is dimension),
        )
        for dimension in Dimension
    )
    return tuple(s for s in standings if s.max_score)
