"""Evidence, judged by the rubric: the level of each dimension, and what is missing to the next."""

from collections.abc import Iterator, Mapping

from grader.domain.course import Level
from grader.domain.result import CriterionResult, GateVerdict, LevelVerdict
from grader.domain.rubric import Descriptor, DimensionRubric, Rubric
from grader.domain.status import Status

# The rules of this file and of `grader.pipeline.capstone`: the levels of the dimensions are the score, one point for
# *meets* and two for *exceeds*, and met is a full result with no dimension below *meets*.
LEVELS_POLICY = "levels/1"
Verdicts = Mapping[str, CriterionResult | GateVerdict]
_SAID = {
    Status.FAILED: "is not so",
    Status.BLOCKED: "could not be looked at before something else is mended",
    Status.ERRORED: "could not be measured, through no fault of the submission",
    Status.MANUAL: "waits for a person",
    Status.NOT_APPLICABLE: "has nothing here that it could be measured of",
}


def judge_levels(rubric: Rubric, verdicts: Verdicts) -> tuple[LevelVerdict, ...]:
    """The level of each dimension, in the order of the rubric, by the verdicts of criteria and gates by their ids.

    A level is reached when all that it shows, and all that the level below shows, is proved. What was not measured is
    never taken for proved; what a person judges lowers no level, and is *pending* until somebody has.
    """
    return tuple(_verdict(one, verdicts) for one in rubric.dimensions)


def _verdict(dimension: DimensionRubric, verdicts: Verdicts) -> LevelVerdict:
    reached, pending = Level.NEEDS_IMPROVEMENT, list[str]()
    missing: tuple[str, ...] = ()
    for level, shown in dimension.above(Level.NEEDS_IMPROVEMENT):
        missing = tuple(sentence for descriptor in shown for sentence in _missing(descriptor, verdicts))
        if missing:
            break
        reached = level
        pending += [sentence for descriptor in shown for sentence in _pending(descriptor, verdicts)]
    return LevelVerdict(dimension.dimension, reached, missing, tuple(pending))


def _missing(descriptor: Descriptor, verdicts: Verdicts) -> Iterator[str]:
    """What keeps it from being proved, in sentences."""
    for name in descriptor.evidence:
        found = verdicts.get(name)
        if found is None:
            yield f"{descriptor.text}: {name} was not looked at"
        elif found.status is not Status.PASSED:
            yield f"{descriptor.text}: “{found.title}” {_SAID[found.status]} ({name})"
    if descriptor.not_measured:
        yield f"{descriptor.text}: {descriptor.not_measured}"


def _pending(descriptor: Descriptor, verdicts: Verdicts) -> Iterator[str]:
    """The items of the peer review that nobody has judged."""
    return (f"{item.sentence} ({item.id})" for item in descriptor.review if item.id not in verdicts)
