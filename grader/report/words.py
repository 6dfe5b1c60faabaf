"""The sentences that every report shares: the verdict, the next step, what a status is called."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from grader.domain.evidence import Observation
from grader.domain.result import ONLY_SOME, CriterionResult, LevelVerdict, Provenance, Result
from grader.domain.start import START, StartFailure
from grader.domain.status import Status
from grader.scoring.scorecard import GATES_POLICY

ICONS = {
    Status.PASSED: "✓",
    Status.FAILED: "✗",
    Status.BLOCKED: "◌",
    Status.ERRORED: "!",
    Status.MANUAL: "✎",
    Status.NOT_APPLICABLE: "–",
}
WORDS = {
    Status.PASSED: "passed",
    Status.FAILED: "failed",
    Status.BLOCKED: "blocked",
    Status.ERRORED: "not measured",
    Status.MANUAL: "for a person",
    Status.NOT_APPLICABLE: "not applicable",
}
MANY = 6  # criteria that fail: with more of them in full, nobody finds the end


@dataclass(frozen=True, slots=True)
class Verdict:
    """``kind`` is ``met``, ``unmet``, ``ungraded`` or ``practice``; ``headline`` a few words, ``sentence`` the rest."""

    kind: str
    headline: str
    sentence: str


def verdict(result: Result) -> Verdict:
    """What became of the submission, in words for the learner."""
    if not any(c.max_score for c in result.criteria) and all(g.status is Status.NOT_APPLICABLE for g in result.gates):
        return Verdict("ungraded", "Nothing was measured", "No check of this module was run, so there is no score.")
    if not result.graded:
        return _ungraded(result)
    if result.start is not None:
        return _unstarted(result, result.start)
    if result.policy == GATES_POLICY:
        return _gates_alone(result)
    if result.scope != "full" or result.unmeasured:
        return _practice(result)
    if result.met:
        full = result.score == result.max_score
        return Verdict(
            "met",
            "Met, with full marks" if full else "Met",
            f"This submission meets the bar of {result.pass_score} points"
            + ("." if full else f"; {more(result.max_score - result.score)} can be won."),
        )
    return Verdict(
        "unmet",
        "Not met yet",
        _needed(result),
    )


def _gates_alone(result: Result) -> Verdict:
    """Of any project: each gate that applies to it has to pass."""
    gates, open_ones = count(result.max_score, "gate", "gates"), result.max_score - result.score
    if result.met:
        return Verdict("met", "All gates pass", f"{gates} apply to this project, one point each.")
    failing = count(open_ones, "gate does", "gates do")
    return Verdict("unmet", "Not all gates pass", f"{failing} not pass, of {gates} that apply to this project.")


def _unstarted(result: Result, failure: StartFailure) -> Verdict:
    """The verdict on a project that does not start is that."""
    practice = result.scope != "full" or bool(result.unmeasured)
    waiting = sum(START in c.blocked_by for c in result.criteria)
    kept = count(waiting, "criterion waits", "criteria wait")
    return Verdict(
        "practice" if practice else "unmet",
        failure.headline,
        f"{kept} for that; those that look at its files alone were measured.",
    )


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


def _needed(result: Result) -> str:
    missing = max(result.pass_score - result.score, 0)
    passing = _gates_to_pass(result)
    needed = f"{more(missing)} {'is' if missing == 1 else 'are'} needed to reach the bar of {result.pass_score}."
    return f"{needed} {passing}".strip() if missing or not passing else passing


def _gates_to_pass(result: Result) -> str:
    titles = ", ".join(gate.title for gate in result.open_gates)
    return f"To meet the bar, this has to pass: {titles}." if titles else ""


def _ungraded(result: Result) -> Verdict:
    errored = sum(c.status is Status.ERRORED for c in result.criteria)
    gates = sum(g.status is Status.ERRORED for g in result.gates)
    parts = [count(errored, "criterion", "criteria")] if errored else []
    parts += [count(gates, "gate", "gates")] if gates else []
    return Verdict(
        "ungraded",
        "Not graded",
        f"{' and '.join(parts)} could not be measured, through a fault of the grader or the "
        "machine. This is no verdict on the work: it has to be graded again.",
    )


def _practice(result: Result) -> Verdict:
    # Of what was not asked for, nobody can say here that its checks are hidden.
    public = result.scope != "full" and ONLY_SOME not in result.provenance.unofficial_because
    asked = "public checks" if public else "criteria that were asked for"
    if not result.criteria:
        asked = "gates that were asked for"
    missing = sum(u.max_score for u in result.unmeasured)
    rest = f" {points(missing)} of the module were not measured here." if missing else ""
    if public and result.criteria:
        rest = f" {_public(result)}"
    sentence = f"{_restriction(result)}This is practice, not a grade.{rest} {_gates_to_pass(result)}".strip()
    if result.nothing_open:
        return Verdict("practice", f"All {asked} pass", sentence)
    criteria = sum(c.status in (Status.FAILED, Status.BLOCKED) for c in result.criteria)
    gates = sum((g.status is Status.FAILED and bool(g.max_score)) or g in result.open_gates for g in result.gates)
    parts = [count(criteria, "criterion", "criteria")] if criteria else []
    parts += [count(gates, "gate", "gates")] if gates else []
    return Verdict("practice", f"{' and '.join(parts)} {'is' if criteria + gates == 1 else 'are'} still open", sentence)


def _restriction(result: Result) -> str:
    """``Only 2 of 33 criteria of the module were looked at: …`` of a run that somebody has restricted."""
    if ONLY_SOME not in result.provenance.unofficial_because:
        return ""
    kind = "criteria" if result.criteria else "gates"
    looked_at = [c.id for c in result.criteria] or [g.id for g in result.gates]
    of_all = len(looked_at) + sum((u.task is not None) is bool(result.criteria) for u in result.unmeasured)
    named = f": {', '.join(looked_at)}" if len(looked_at) <= MANY else ""
    was = "was" if len(looked_at) == 1 else "were"
    return f"Only {len(looked_at)} of {of_all} {kind} of the module {was} looked at{named}. "


def _public(result: Result) -> str:
    """``38 public criteria passed; 2 hidden ones, 4 points, are measured by your instructor.``"""
    passed = sum(c.status is Status.PASSED for c in result.criteria)
    passing = count(passed, "public criterion passed", "public criteria passed")
    hidden = [u for u in result.unmeasured if u.task is not None]
    if not hidden:
        return f"{passing}; hidden checks of the same criteria are run by your instructor."
    worth = points(sum(u.max_score for u in hidden))
    are = count(len(hidden), "hidden one", "hidden ones")
    return f"{passing}; {are}, {worth}, {'is' if len(hidden) == 1 else 'are'} measured by your instructor."


def unofficial(provenance: Provenance) -> str:
    """Why a result is not official; in general words where an older grader did not say."""
    general = "An official result needs all checks, hidden ones too, on PostgreSQL, in a sandbox that isolates."
    return "Unofficial: " + " ".join(provenance.unofficial_because or (general,))


def whose(provenance: Provenance) -> str:
    """Whose submission it is and which state of it: its name, the commit where it is one, and the hash of its tree."""
    commit = f" · commit {provenance.commit[:12]}" if provenance.commit else ""
    return f"{provenance.submission}{commit} · tree {provenance.tree_hash[:12]}"


def level(found: LevelVerdict) -> str:
    """``exceeds``, or ``exceeds, review pending`` where something waits for a person."""
    return f"{found.level.value}, review pending" if found.pending else found.level.value


def measured_when(provenance: Provenance) -> str:
    """When the checks ran and how long that took; and that it was an earlier time, if it was."""
    when = provenance.started_at.replace("T", " ").replace("Z", " UTC")
    if not provenance.reused:
        return f"{when}, {provenance.duration_s:.1f} s"
    return f"{when}, {provenance.duration_s:.1f} s; nothing has changed since, so nothing was measured again"


def unmeasured_count(result: Result) -> str:
    """``3 criteria and 1 gate``: how many of each this run did not look at."""
    gates = sum(u.task is None for u in result.unmeasured)
    criteria = len(result.unmeasured) - gates
    parts = [count(criteria, "criterion", "criteria")] if criteria else []
    parts += [count(gates, "gate", "gates")] if gates else []
    return " and ".join(parts)


def points(number: int) -> str:
    """``1 point``, ``2 points``."""
    return count(number, "point", "points")


def more(number: int) -> str:
    """``1 more point``, ``2 more points``."""
    return count(number, "more point", "more points")


def count(number: int, one: str, many: str) -> str:
    """The number with its noun."""
    return f"{number} {one if number == 1 else many}"


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
    from grader.report.causes import followers

    elsewhere = followers(result)
    failed = [c.id for c in result.criteria if c.status is Status.FAILED and c.id not in elsewhere]
    step = result.next_step
    return frozenset(failed[:MANY] if len(failed) > MANY else failed) | ({step.id} if step else frozenset())


def tally(result: Result) -> tuple[tuple[Status, int], ...]:
    """How many criteria and gates there are of each status that occurs, the ones to act on first."""
    order = (Status.FAILED, Status.BLOCKED, Status.ERRORED, Status.PASSED, Status.MANUAL, Status.NOT_APPLICABLE)
    counts = ((status, sum(s.status is status for s in result.scored)) for status in order)
    return tuple((status, number) for status, number in counts if number)
