"""Holds what was measured of an appeal's work now against what the appeal says."""

from dataclasses import dataclass
from typing import Literal

from grader.appeal.claim import Claim
from grader.domain.result import CriterionResult, Result
from grader.domain.status import Status

Found = Literal["reproduced", "not reproduced", "not measured"]


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Whether the verdict came out again, and how, in sentences. ``criterion`` is what was measured now."""

    found: Found
    sentences: tuple[str, ...]
    criterion: CriterionResult


def compared(claim: Claim, result: Result) -> Reproduction:
    """What a grading of the appeal's work says of the claim. ``result`` has the criterion.

    Only the verdict decides, and that is measured here: the claim's cases are named where they are others.
    """
    now = next(c for c in result.criteria if c.id == claim.criterion)
    wanted = Status.FAILED if claim.says == "wrongly failed" else Status.PASSED
    if now.status is Status.ERRORED:
        return Reproduction("not measured", (f"{now.id} could not be measured here.",), now)
    if now.status is not wanted:
        blocked = f" by {', '.join(now.blocked_by)}" if now.status is Status.BLOCKED else ""
        said = f"{now.id} is {now.status}{blocked} here, with seed {result.provenance.seed}."
        return Reproduction("not reproduced", (said, *_conditions(claim, result)), now)
    said = f"{now.id} is {now.status} here too, with seed {result.provenance.seed}."
    return Reproduction("reproduced", (said, *_cases(claim, now), *_conditions(claim, result)), now)


def _cases(claim: Claim, now: CriterionResult) -> tuple[str, ...]:
    """Which cases fail now and were not said to, and which were said to and do not."""
    said = {case.check for case in claim.cases if case.status is Status.FAILED}
    seen = {o.check for o in now.observations if o.status is Status.FAILED}
    told = []
    if said and said == seen:
        told.append(f"The same cases fail ({len(seen)}).")
    if more := seen - said:
        told.append(f"Fails here, and is not in the appeal: {', '.join(sorted(more))}.")
    if less := said - seen:
        told.append(f"Is in the appeal, and does not fail here: {', '.join(sorted(less))}.")
    return tuple(told)


def _conditions(claim: Claim, result: Result) -> tuple[str, ...]:
    """What is otherwise here than in the run that was appealed, as far as that can be believed."""
    then, now = claim.run, result.provenance
    pairs = (
        ("grader", then.grader_version, now.grader_version),
        ("checks", then.checks_hash[:12], now.checks_hash[:12]),
        ("database", then.database, now.database),
        ("sandbox", then.sandbox, now.sandbox),
        ("packages", then.environment, now.environment),
        ("Python", then.python, now.python),
        ("scope", then.scope, result.scope),
    )
    other = [f"{name} {b} (in the appeal: {a})" for name, a, b in pairs if a != b]
    told = [f"Otherwise than there: {', '.join(other)}."] if other else []
    if claim.left_out:
        told.append(f"Lay beside the project there, and is in no bundle: {'; '.join(claim.left_out[:3])}.")
    return tuple(told)
