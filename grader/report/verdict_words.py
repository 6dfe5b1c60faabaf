"""The verdict on a submission, in the sentences that every report has at its top."""

from dataclasses import dataclass

from grader.domain.course import Level
from grader.domain.result import ONLY_SOME, Result
from grader.domain.start import START, StartFailure
from grader.domain.status import Status
from grader.report.criterion_words import MANY
from grader.report.words import count, more, points
from grader.scoring.scorecard import GATES_POLICY


@dataclass(frozen=True, slots=True)
class Verdict:
    """``kind`` is ``met``, ``unmet``, ``ungraded`` or ``practice``; ``headline`` a few words, ``sentence`` the rest."""

    kind: str
    headline: str
    sentence: str


def verdict(result: Result) -> Verdict:
    """What became of the submission, in words for the learner."""
    nothing = all(g.status is Status.NOT_APPLICABLE for g in result.gates)
    if nothing and not result.levels and not any(c.max_score for c in result.criteria):
        return Verdict("ungraded", "Nothing was measured", "No check of this module was run, so there is no score.")
    if not result.graded:
        return _ungraded(result)
    if result.start is not None:
        return _unstarted(result, result.start)
    if result.policy == GATES_POLICY:
        return _gates_alone(result)
    if result.scope != "full" or result.unmeasured:
        return _practice(result)
    if result.levels:
        return _levels(result)
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


def _levels(result: Result) -> Verdict:
    """Of the capstone: how far its dimensions have come."""
    of = {level: [str(v.dimension) for v in result.levels if v.level is level] for level in Level}
    exceeding, below = of[Level.EXCEEDS], of[Level.NEEDS_IMPROVEMENT]
    if below:
        need = "needs" if len(below) == 1 else "need"
        rest = " What the rubric asks of the others is met." if len(below) < len(result.levels) else ""
        return Verdict("unmet", "Not met yet", f"{_listed(below).capitalize()} {need} improvement.{rest}")
    if len(exceeding) == len(result.levels):
        return Verdict("met", "Met, exceeded in every dimension", "All that the rubric can be shown is there.")
    exceeded = f" {_listed(exceeding).capitalize()} exceed{'s' if len(exceeding) == 1 else ''} it." if exceeding else ""
    return Verdict("met", "Met", f"Every dimension meets what the rubric asks.{exceeded}")


def _listed(names: list[str]) -> str:
    """``security, testing and delivery``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


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
        f"{kept} for that; those that do not need it were measured.",
    )


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
