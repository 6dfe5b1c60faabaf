"""What every report says of criteria: which to show and in how many cases, what they wait for, how to see them fail."""

import shlex
from collections.abc import Mapping

from grader.domain.evidence import Observation
from grader.domain.result import CriterionResult, Result
from grader.domain.start import START
from grader.domain.status import Status
from grader.report.causes import followers
from grader.report.words import count

MANY = 6  # criteria that fail: with more of them in full, nobody finds the end


def titles(result: Result) -> dict[str, str]:
    """By id, what a criterion is called in a sentence; what all wait for that need the project running, too."""
    start = {} if result.start is None else {START: result.start.needed}
    return start | {c.id: c.title for c in result.criteria}


def waits_for(criterion: CriterionResult, titles: Mapping[str, str]) -> str:
    """What a blocked criterion waits for, by title; a title may have commas of its own."""
    return "; ".join(titles.get(needed, needed) for needed in criterion.blocked_by)


def why_blocked(criterion: CriterionResult, titles: Mapping[str, str]) -> str:
    """``Blocked until this passes: …``, or that the project has to start, for a reader who sees this sentence alone."""
    needed = waits_for(criterion, titles)
    if START in criterion.blocked_by or not needed:
        return f"Blocked: {needed or 'what it requires did not pass'}"
    return f"Blocked until this passes: {needed}"


def reproduce(criterion: CriterionResult, result: Result, path: str = "", program: str = "grader") -> tuple[str, str]:
    """How to see the failure oneself: a sentence, and the command it ends in (``""`` where hidden checks found it).

    ``path`` is the folder as the person named it; without it the command is for the project's own folder. ``program``
    is what calls this program from there, with quotes where a shell needs them.
    """
    if any(o.public and o.status is not Status.PASSED for o in criterion.observations):
        named = [shlex.quote(path)] if path not in ("", ".") else []
        number = result.assignment.partition("-")[0]
        module = ["--module", number] if number.isdecimal() else []
        command = " ".join([program, "check", *named, *module, "--only", criterion.id])
        return "Run this check yourself:" if named else "Run this check in your project's folder:", command
    return f"A hidden check found this. Compare your work with task {criterion.task} of the brief.", ""


def not_passed(criterion: CriterionResult) -> tuple[Observation, ...]:
    """The cases that did not pass, gravest first, else in the order of the checks."""
    order = (Status.FAILED, Status.ERRORED, Status.BLOCKED, Status.MANUAL)
    return tuple(sorted((o for o in criterion.observations if o.status in order), key=lambda o: order.index(o.status)))


def shown(criterion: CriterionResult, most: int) -> tuple[tuple[Observation, ...], tuple[Observation, ...]]:
    """The cases that did not pass: the ones to show, at most ``most``, and the rest.

    One that came out just like a case already shown teaches nothing more, and goes to the rest.
    """
    first: list[Observation] = []
    rest: list[Observation] = []
    seen: set[object] = set()
    for case in not_passed(criterion):
        outcome = (case.status, case.expected, case.observed, case.where)
        (rest if outcome in seen or len(first) == most else first).append(case)
        seen.add(outcome)
    return tuple(first), tuple(rest)


def long_traceback(case: Observation) -> str:
    """The traceback, if it tells more than what was observed: one without a line of the project does not."""
    return case.traceback if "\n" in case.traceback.strip() else ""


def in_full(result: Result) -> frozenset[str]:
    """The ids of the failed criteria to show in full: all, or of many only the first ones and the next step.

    One that failed for the same cause as another is told there.
    """
    elsewhere = followers(result)
    failed = [c.id for c in result.criteria if c.status is Status.FAILED and c.id not in elsewhere]
    step = result.next_step
    return frozenset(failed[:MANY] if len(failed) > MANY else failed) | ({step.id} if step else frozenset())


def tally(result: Result) -> tuple[tuple[Status, int], ...]:
    """How many criteria and gates there are of each status that occurs, the ones to act on first."""
    order = (Status.FAILED, Status.BLOCKED, Status.ERRORED, Status.PASSED, Status.MANUAL, Status.NOT_APPLICABLE)
    counts = ((status, sum(s.status is status for s in result.scored)) for status in order)
    return tuple((status, number) for status, number in counts if number)


def unmeasured_count(result: Result) -> str:
    """``3 criteria and 1 gate``: how many of each this run did not look at."""
    gates = sum(u.task is None for u in result.unmeasured)
    criteria = len(result.unmeasured) - gates
    parts = [count(criteria, "criterion", "criteria")] if criteria else []
    parts += [count(gates, "gate", "gates")] if gates else []
    return " and ".join(parts)
