"""What changed since the last run: what passes now, and what has stopped to."""

from collections.abc import Iterator
from dataclasses import replace

from grader.domain.result import Changes, Reading, Result
from grader.domain.status import Status
from grader.report.gate_words import measured
from grader.report.words import count


def with_changes(result: Result, earlier: Result | None) -> Result:
    """The result with what changed since an earlier one of the same work, measured in the same way."""
    if earlier is None or not _comparable(result, earlier):
        return result
    return replace(result, changes=changes(result, earlier))


def changes(result: Result, earlier: Result) -> Changes:
    """What passes now and did not, and what passed and does not.

    The score is that of the earlier run; where one of the two looked at more, that of what both looked at.
    """
    before = {s.id: s.status for s in earlier.scored}
    score, max_score = earlier.score, earlier.max_score
    if set(before) != (now := {s.id for s in result.scored}):
        both = [s for s in earlier.scored if s.id in now]
        score, max_score = sum(s.score for s in both), sum(s.max_score for s in both)
    known = [s for s in result.scored if s.id in before and s.status not in (Status.MANUAL, Status.NOT_APPLICABLE)]
    passing = [s for s in known if s.status is Status.PASSED and before[s.id] is not Status.PASSED]
    failing = [s for s in known if s.status in (Status.FAILED, Status.BLOCKED) and before[s.id] is Status.PASSED]
    return Changes(
        since=earlier.provenance.started_at,
        score=score,
        max_score=max_score,
        newly_passing=tuple(s.title for s in passing),
        newly_failing=tuple(s.title for s in failing),
        readings=tuple(_readings(result, earlier)),
    )


def _readings(result: Result, earlier: Result) -> Iterator[Reading]:
    before = {gate.id: gate for gate in earlier.gates}
    for gate in result.gates:
        then = before.get(gate.id)
        if then is None or then.actual is None or gate.actual is None or then.unit != gate.unit:
            continue
        if measured(then) != measured(gate):
            yield Reading(gate.id, then.actual)


def trends(result: Result) -> dict[str, str]:
    """``88 % in the last run``, by the id of each gate that was measured then and reads otherwise now."""
    if result.changes is None:
        return {}
    gates = {gate.id: gate for gate in result.gates}
    before = ((gates[r.id], r.actual) for r in result.changes.readings if r.id in gates)
    return {gate.id: f"{measured(replace(gate, actual=actual))} in the last run" for gate, actual in before}


def sentences(result: Result, most: int = 10) -> tuple[str, ...]:
    """The changes in words; nothing if there is nothing to compare with."""
    found = result.changes
    if found is None:
        return ()
    when = found.since.replace("T", " ").replace("Z", " UTC")
    both = "" if found.max_score == result.max_score else " of what both looked at"
    head = f"Since the last run ({when}, {found.score} of {found.max_score} points{both})"
    if not (found.newly_passing or found.newly_failing):
        return (f"{head} the same criteria pass.",)
    kinds = [(found.newly_passing, "passes now", "pass now"), (found.newly_failing, "fails now", "fail now")]
    parts = [f"{count(len(titles), one, many)}: {_listed(titles, most)}" for titles, one, many in kinds if titles]
    return (f"{head}, {parts[0]}.", *(f"And {part}." for part in parts[1:]))


def _listed(titles: tuple[str, ...], most: int) -> str:
    rest = len(titles) - most
    return "; ".join(titles[:most]) + (f"; and {rest} more" if rest > 0 else "")  # a title may have commas of its own


def _comparable(result: Result, earlier: Result) -> bool:
    """Whether they are of one submission: a folder of reports may hold another one's."""
    same = (earlier.assignment, earlier.scope, earlier.provenance.submission)
    if not earlier.graded or same != (result.assignment, result.scope, result.provenance.submission):
        return False
    return not {s.id for s in earlier.scored}.isdisjoint(s.id for s in result.scored)
