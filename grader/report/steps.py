"""The levels of the capstone as points, for formats that know nothing else: one for *meets*, two for *exceeds*."""

from collections.abc import Iterator
from dataclasses import replace

from grader.domain.course import Level
from grader.domain.evidence import Observation
from grader.domain.result import CriterionResult, LevelVerdict, Result
from grader.domain.status import Status
from grader.scoring.levels import LEVELS_POLICY


def as_points(result: Result) -> Result:
    """The result with a criterion of one point for each level of each dimension, in the place of its evidence.

    What is judged by points is as it was.
    """
    if result.policy != LEVELS_POLICY:
        return result
    steps = tuple(step for found in result.levels for step in _steps(found, graded=result.graded))
    return replace(result, criteria=steps, gates=())


def _steps(found: LevelVerdict, *, graded: bool) -> Iterator[CriterionResult]:
    levels = list(Level)
    for number, level in enumerate(levels[1:], 1):
        reached = levels.index(found.level) >= number
        status = Status.PASSED if reached else Status.FAILED if graded else Status.ERRORED
        # What is missing is told of the next level; those above wait for it.
        near = levels.index(found.level) + 1 == number
        observed = "; ".join(found.missing) if near else "the level below is not reached yet"
        name = f"{found.dimension}.{level.name.lower()}"
        seen = Observation(
            check=f"levels::{found.dimension}",
            criterion=name,
            sentence=f"All that “{level}” shows is there.",
            status=status,
            expected="" if reached else "all that this level and those below it show",
            observed="" if reached else observed,
        )
        yield CriterionResult(
            id=name,
            title=f"{found.dimension.capitalize()}: {level}",
            status=status,
            score=int(reached),
            max_score=1,
            task=number,
            dimension=found.dimension,
            hint="" if reached else observed,
            docs=(),
            blocked_by=(),
            observations=(seen,),
        )
