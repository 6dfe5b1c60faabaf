"""`results.json` of Gradescope's autograder: a test for each criterion and each gate, worth its points.

What could not be graded has no score at all: Gradescope then shows that the autograder failed, and gives no zero.
"""

import json
from collections.abc import Iterator, Mapping

from grader.domain.result import CriterionResult, GateVerdict, Result
from grader.domain.status import Status
from grader.report import escape
from grader.report.audience import for_learners
from grader.report.criterion_words import not_passed, titles, why_blocked
from grader.report.gate_words import reading
from grader.report.provenance_words import whose
from grader.report.since import sentences
from grader.report.steps import as_points
from grader.report.verdict_words import verdict
from grader.report.words import WORDS

_LIMIT = 2_000
_UNMEASURED = "This could not be measured, through a fault of the grader or the machine: it will be graded again."


def render(result: Result) -> str:
    """The file as JSON."""
    return whole(result, result.score if result.graded else None)


def whole(result: Result, score: float | None, notes: tuple[str, ...] = ()) -> str:
    """The file as JSON, with the score that is given in the end, and notes on how it came about; ``None`` for none."""
    shown = for_learners(result)
    told = verdict(shown)
    said = [f"{told.headline}. {told.sentence}", *_start(shown), *notes, *sentences(shown), *shown.notices]
    said.append(whose(shown.provenance))
    found: dict[str, object] = {} if score is None else {"score": score}
    found |= {
        "execution_time": round(result.provenance.duration_s),
        "output": _text("\n".join(said)),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [*_tests(as_points(shown))],
        "extra_data": {"verdict": told.kind, "official": result.provenance.official, "policy": result.policy},
    }
    encoded = json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return escape.json(encoded.encode()).decode()


def _start(result: Result) -> tuple[str, ...]:
    failure = result.start
    if failure is None:
        return ()
    where = f"\nWhere: {failure.where}" if failure.where else ""
    return (f"{failure.headline}: {failure.observed}{where}\nNext: {failure.remedy}",)


def _tests(result: Result) -> Iterator[dict[str, object]]:
    named = titles(result)
    for number, scored in enumerate(result.scored, 1):
        test: dict[str, object] = {"name": _text(scored.title), "name_format": "text", "number": str(number)}
        if result.graded:
            test |= {"score": scored.score, "max_score": scored.max_score}
        if scored.status in (Status.PASSED, Status.FAILED, Status.BLOCKED):
            test["status"] = "passed" if scored.status is Status.PASSED else "failed"
        told = _of_criterion(scored, named) if isinstance(scored, CriterionResult) else _of_gate(scored)
        yield test | {"output": _text(told), "output_format": "text", "tags": _tags(scored), "visibility": "visible"}


def _of_criterion(criterion: CriterionResult, named: Mapping[str, str]) -> str:
    if criterion.status is Status.BLOCKED:
        return why_blocked(criterion, named)
    if criterion.status is Status.ERRORED:
        return _UNMEASURED
    first = next(iter(not_passed(criterion)), None)
    if first is None:
        return WORDS[criterion.status]
    where = f"\nWhere: {first.where}" if first.where else ""
    hint = f"\nHint: {criterion.hint}" if criterion.hint else ""
    return f"{first.sentence}\nExpected: {first.expected}\nObserved: {first.observed}{where}{hint}"


def _of_gate(gate: GateVerdict) -> str:
    return _UNMEASURED if gate.status is Status.ERRORED else reading(gate)


def _tags(scored: CriterionResult | GateVerdict) -> list[str]:
    return [str(scored.dimension)] if scored.dimension else []


def _text(text: str) -> str:
    return escape.visible(escape.clip(text, _LIMIT))
