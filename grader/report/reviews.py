"""What reviewers said of a manual criterion, as a result holds it: cases that no check made."""

from dataclasses import replace

from grader.domain.evidence import Observation
from grader.domain.result import CriterionResult

# The case that says what all of them say, and before a name, the case of one. No check's case can be called so.
TOGETHER = "peer-review"
_EACH = "peer-review::"
ARTEFACT = "peer-review"  # the table of all of it


def of_reviewer(name: str) -> str:
    """The name of the case that has what this reviewer said."""
    return _EACH + name


def is_review(case: Observation) -> bool:
    """Whether a person said it, and no check."""
    return case.check == TOGETHER or case.check.startswith(_EACH)


def reviewers(criterion: CriterionResult) -> tuple[str, ...]:
    """Who reviewed it."""
    return tuple(o.check.removeprefix(_EACH) for o in criterion.observations if o.check.startswith(_EACH))


def reviewed(criterion: CriterionResult) -> tuple[Observation, ...]:
    """What was said of it, first by all together and then by each; nothing of one that was not reviewed."""
    return tuple(o for o in criterion.observations if is_review(o))


def unreviewed(criterion: CriterionResult) -> CriterionResult:
    """The criterion as it was before."""
    return replace(criterion, observations=tuple(o for o in criterion.observations if not is_review(o)))
