"""A person's judgements, applied to what was measured: they count whatever is measured again, and are to be seen."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from grader.classroom.people import Decision
from grader.domain.evidence import Observation
from grader.domain.result import CriterionResult, Result
from grader.domain.status import Status
from grader.domain.text import one_line
from grader.given.names import key
from grader.pipeline import Assignment, Measured, score_measured

Standing = Mapping[tuple[str, str, str], Decision]


def standing(decisions: Iterable[Decision]) -> Standing:
    """The decisions that hold, by student, kind and target: the last of each, unless it was withdrawn."""
    found: dict[tuple[str, str, str], Decision] = {}
    for decision in decisions:
        found[key(decision.student), decision.kind, decision.target] = decision
    return {name: decision for name, decision in found.items() if not decision.withdrawn}


def of_student(holding: Standing, student: str) -> tuple[Decision, ...]:
    """Those of one student."""
    return tuple(decision for (who, _, _), decision in holding.items() if who == key(student))


def judged(measured: Measured, assignment: Assignment, decisions: Iterable[Decision]) -> Result:
    """The result of what was measured, where a person's judgement stands in the place of a criterion's checks.

    What waits for a criterion that was judged to pass is decided by its own checks. Judgements of criteria that the
    assignment no longer has change nothing. All decisions are named in the notices; an override changes no result.
    """
    made = tuple(decisions)
    given = tuple(d for d in made if d.kind == "judgement")
    known = {c.id for c in assignment.module.criteria}
    by_target = {d.target: d for d in given if d.target in known}
    settled = score_measured(_with(measured, by_target), _without_requirements(assignment, by_target))
    notices = tuple(_notice(d, known=d.target in known) for d in made)
    criteria = tuple(_settled(c, by_target.get(c.id)) for c in settled.criteria)
    return replace(settled, criteria=criteria, notices=(*settled.notices, *notices))


def _with(measured: Measured, by_target: Mapping[str, Decision]) -> Measured:
    evidence = measured.evidence
    kept = tuple(o for o in evidence.observations if o.criterion not in by_target)
    said = tuple(_observation(d) for d in by_target.values())
    return replace(measured, evidence=replace(evidence, observations=(*kept, *said))) if said else measured


def _without_requirements(assignment: Assignment, by_target: Mapping[str, Decision]) -> Assignment:
    """What a person has judged waits for nothing."""
    if not by_target:
        return assignment
    module = assignment.module
    criteria = tuple(replace(c, requires=()) if c.id in by_target else c for c in module.criteria)
    return replace(assignment, module=replace(module, criteria=criteria))


def _observation(decision: Decision) -> Observation:
    return Observation(
        check=f"judgement::{decision.target}",
        criterion=decision.target,
        sentence=f"Judged by {one_line(decision.author)} on {decision.at[:10]}: {one_line(decision.reason)}",
        status=Status(decision.value),
        observed=one_line(decision.reason),
        public=True,
    )


def _settled(criterion: CriterionResult, decision: Decision | None) -> CriterionResult:
    """A manual criterion carries no points; the judgement is its status."""
    if decision is None or criterion.status is not Status.MANUAL:
        return criterion
    return replace(criterion, status=Status(decision.value), observations=(_observation(decision),))


def _notice(decision: Decision, *, known: bool) -> str:
    by = f"by {one_line(decision.author)} on {decision.at[:10]}: {one_line(decision.reason)}"
    if decision.kind == "override":
        return f"The score was set to {decision.value} points {by}"
    if known:
        return f"`{decision.target}` was judged to be {decision.value} {by}"
    return f"`{decision.target}`, which this assignment has no longer, was judged to be {decision.value} {by}"
