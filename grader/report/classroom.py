"""The payload of the GitHub Classroom grading reporter, and the variables that hand it over.

The reporter prints two totals: passed tests over all tests, times ``max_score``; and the sum of the
scores. They agree only when every test is worth one point, so a criterion or a gate of six points is six tests.
"""

import base64
import json
from collections.abc import Iterator

from grader.domain.evidence import Location
from grader.domain.result import CriterionResult, GateVerdict, Result
from grader.domain.start import START
from grader.domain.status import Status
from grader.report.audience import for_learners
from grader.report.criterion_words import not_passed, titles, why_blocked
from grader.report.escape import clip, log_line
from grader.report.gate_words import reading
from grader.report.since import sentences
from grader.report.steps import as_points
from grader.report.verdict_words import verdict

RUNNER = "grader"
_STATUS = {Status.PASSED: "pass", Status.ERRORED: "error"}
_UNMEASURED = "Could not be measured, through a fault of the grader or the machine. Grade again."
Payload = dict[str, object]


def render(result: Result) -> str:
    """The payload as JSON."""
    return json.dumps(payload(result), indent=2, ensure_ascii=False) + "\n"


def environment(result: Result, runner: str = RUNNER) -> dict[str, str]:
    """The variables of the reporter: ``INPUT_RUNNERS`` and ``<RUNNER>_RESULTS``, base64 of the payload.

    ``runner`` is a word of letters, digits and underscores.
    """
    encoded = base64.b64encode(json.dumps(payload(result)).encode()).decode("ascii")
    return {"INPUT_RUNNERS": runner, f"{runner.upper()}_RESULTS": encoded}


def payload(result: Result) -> Payload:
    """One test per point, its score 0 or 1; ``max_score`` is their number.

    A result of which no point was measured has one test in error, since none at all would read NaN.
    """
    shown = as_points(for_learners(result))
    tests = [test for criterion in shown.criteria for test in _criterion_tests(criterion, shown)]
    tests += [test for gate in shown.gates for test in _gate_tests(gate)]
    tests = tests or [_test("Nothing was measured", "error", _UNMEASURED, "", 0)]
    return {
        "version": 1,
        "status": _overall(result),
        "max_score": len(tests),
        "official": result.provenance.official,
        "duration": result.provenance.duration_s,
        "submission": log_line(result.provenance.submission),
        "commit": log_line(result.provenance.commit or ""),
        "tree": log_line(result.provenance.tree_hash),
        "notices": [log_line(clip(notice, 600)) for notice in result.notices],
        "changes": [log_line(clip(sentence, 600)) for sentence in sentences(result)],
        "tests": tests,
    }


def _overall(result: Result) -> str:
    if not result.graded:
        return "error"
    return "pass" if result.met or (verdict(result).kind == "practice" and result.nothing_open) else "fail"


def _criterion_tests(criterion: CriterionResult, result: Result) -> Iterator[Payload]:
    where = next((c.where for c in not_passed(criterion) if c.where), None)
    if START in criterion.blocked_by and result.start is not None:
        # The payload has no room of its own for the one finding: each test tells it.
        message = clip(f"{result.start.headline}: {result.start.observed} Next: {result.start.remedy}", 600)
        yield from _tests(criterion, message, result.start.where)
        return
    yield from _tests(criterion, _message(criterion, result), where)


def _gate_tests(gate: GateVerdict) -> Iterator[Payload]:
    yield from _tests(gate, clip(reading(gate), 400), next(iter(gate.where), None))


def _tests(scored: CriterionResult | GateVerdict, message: str, where: Location | None) -> Iterator[Payload]:
    """One for each point, ``message`` and ``where`` telling what failed."""
    status = _STATUS.get(scored.status, "fail")
    text = {"pass": "", "error": _UNMEASURED}.get(status, message)
    place = where if where and status != "pass" else Location("", 0)
    for number in range(1, scored.max_score + 1):
        name = f"{scored.title} ({number} of {scored.max_score})"
        yield _test(name, status, text, place.path, place.line or 0)


def _message(criterion: CriterionResult, result: Result) -> str:
    if criterion.status is Status.BLOCKED:
        return clip(why_blocked(criterion, titles(result)), 400)
    first = next(iter(not_passed(criterion)), None)
    if first is None:
        return criterion.hint
    return f"Expected: {clip(first.expected, 200)} Observed: {clip(first.observed, 200)}"


def _test(name: str, status: str, message: str, file_name: str, line: int) -> Payload:
    return {
        "name": log_line(name),
        "status": status,
        "score": int(status == "pass"),
        "line_no": line,
        "filename": log_line(clip(file_name, 400)),
        "message": log_line(message),
        "test_code": "",
    }
