"""`results.json` of an Exercism test runner, version 3: a test for each criterion and each gate that counts.

What waits for a person, does not apply or is only shown is no test.
"""

import json
from collections.abc import Iterator, Mapping

from grader.domain.result import CriterionResult, GateVerdict, Result
from grader.domain.status import Status
from grader.report import escape
from grader.report.audience import for_learners
from grader.report.criterion_words import not_passed, titles, why_blocked
from grader.report.gate_words import reading
from grader.report.steps import as_points
from grader.report.verdict_words import verdict

_VERSION = 3
_MOST_OUTPUT = 500  # characters: what is longer is cut by Exercism
_LIMIT = 2_000
_UNMEASURED = "This could not be measured, through a fault of the grader or the machine."
_STATUS = {Status.PASSED: "pass", Status.ERRORED: "error"}


def render(result: Result) -> str:
    """The file as JSON."""
    shown = as_points(for_learners(result))
    found: dict[str, object] = {"version": _VERSION, "status": _overall(shown), "tests": [*_tests(shown)]}
    if found["status"] == "error":
        found["message"] = _text(_start(shown) or verdict(shown).sentence)
    encoded = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    return escape.json(encoded.encode()).decode()


def _overall(result: Result) -> str:
    """``error`` also where the project does not start: no test of it ran."""
    counting = _counting(result)
    if not result.graded or result.start is not None or not counting:
        return "error"
    return "pass" if all(s.status is Status.PASSED for s in counting) else "fail"


def _counting(result: Result) -> list[CriterionResult | GateVerdict]:
    criteria = [c for c in result.criteria if c.status is not Status.MANUAL]
    gates = [g for g in result.gates if (g.max_score or g.blocks) and g.status is not Status.NOT_APPLICABLE]
    return [*criteria, *gates]


def _start(result: Result) -> str:
    if result.start is None:
        return ""
    return f"{result.start.headline}: {result.start.observed} Next: {result.start.remedy}"


def _tests(result: Result) -> Iterator[dict[str, object]]:
    named = titles(result)
    for scored in _counting(result):
        status = _STATUS.get(scored.status, "fail")
        test: dict[str, object] = {"name": _text(scored.title), "status": status, "test_code": ""}
        if status != "pass":
            test["message"] = _text(_message(scored, named))
        if isinstance(scored, CriterionResult):
            test["task_id"] = scored.task
            if said := next((o.output for o in not_passed(scored) if o.output), ""):
                test["output"] = _output(said)
        yield test


def _message(scored: CriterionResult | GateVerdict, named: Mapping[str, str]) -> str:
    if scored.status is Status.ERRORED:
        return _UNMEASURED
    if isinstance(scored, GateVerdict):
        return reading(scored)
    if scored.status is Status.BLOCKED:
        return why_blocked(scored, named)
    first = next(iter(not_passed(scored)), None)
    return scored.hint if first is None else f"Expected: {first.expected}\nObserved: {first.observed}"


def _output(text: str) -> str:
    """The end of it, where a command says what was wrong; no longer than what is shown."""
    shown = escape.visible(text)
    return shown if len(shown) <= _MOST_OUTPUT else f"…{shown[1 - _MOST_OUTPUT :]}"


def _text(text: str) -> str:
    return escape.visible(escape.clip(text, _LIMIT))
