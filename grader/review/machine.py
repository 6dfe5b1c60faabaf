"""What the machine saw of an item: verdicts of gates and criteria from a result, and of the pull request's text."""

from collections.abc import Iterator

from grader.domain.course import ReviewItem
from grader.domain.result import CriterionResult, GateVerdict, Result
from grader.domain.status import Status
from grader.report import for_learners
from grader.report.criterion_words import not_passed
from grader.report.escape import clip, markdown, markdown_code, markdown_prose
from grader.report.findings import listed
from grader.report.gate_words import reading
from grader.report.words import ICONS, WORDS, count
from grader.review.items import is_evidence
from grader.review.pull_request import Said

_MOST = 5  # findings of a gate, or cases of a criterion
_LIMIT = 400
_INDENT = "    "
NOTHING = "Nothing was measured for this: judge by what you see."
NOT_GIVEN = "Nothing was measured: this form was made of a submission, without its `result.json`."
NO_TEXT = "The text of the pull request was not given (`--pull-request FILE`): look at it yourself."


def evidence(item: ReviewItem, result: Result, pull_request: tuple[Said, ...] | None) -> tuple[str, ...]:
    """Lines of Markdown for the item, a list; nothing in them is a learner's markup.

    A hidden check's traceback or the grader's own faults are never in them: reviewers are learners too.
    """
    lines = [*said_lines(pull_request)] if item.pull_request else []
    lines += _measured(item, for_learners(result))
    return tuple(lines) or (f"- {NOTHING}",)


def said_lines(found: tuple[Said, ...] | None) -> Iterator[str]:
    """What the text of a pull request shows; where it was not given, that."""
    if found is None:
        yield f"- {NO_TEXT}"
    for said in found or ():
        yield f"- {'✓' if said.right else '✗'} {markdown_prose(said.sentence)}"


def _measured(item: ReviewItem, result: Result) -> Iterator[str]:
    for gate in result.gates:
        if is_evidence(item, gate.id) or is_evidence(item, gate.metric):
            yield from _gate(gate)
    for criterion in result.criteria:
        if is_evidence(item, criterion.id) and criterion.status is not Status.MANUAL:
            yield from _criterion(criterion)
    for left in result.unmeasured:
        if is_evidence(item, left.id) and left.id != item.id:
            yield f"- – not looked at in this run: {markdown_prose(left.title)}"
    shown = [markdown(a.title) for a in result.artefacts if a.criterion == item.id]
    if shown:
        yield f"- In the report, below “To look at”: {', '.join(shown)}"


def _gate(gate: GateVerdict) -> Iterator[str]:
    source = f", by {gate.source}" if gate.source else ""
    said = f"{gate.title}: {clip(reading(gate).rstrip('.'), _LIMIT)}{source}"
    yield f"- {_status(gate.status)}: {markdown_prose(said)}"
    yield from listed(gate, most=_MOST, limit=_LIMIT, indent=_INDENT, ending=", in the report")


def _criterion(criterion: CriterionResult) -> Iterator[str]:
    yield f"- {_status(criterion.status)}: {markdown_prose(criterion.title)}"
    cases = not_passed(criterion) if criterion.status is Status.FAILED else ()
    for case in cases[:_MOST]:
        place = f" {markdown_code(clip(str(case.where), _LIMIT))}" if case.where else ""
        observed = f" Observed: {markdown_code(clip(case.observed, _LIMIT))}" if case.observed else ""
        yield f"{_INDENT}- {markdown_prose(clip(case.sentence, _LIMIT))}{observed}{place}"
    if len(cases) > _MOST:
        yield f"{_INDENT}- … and {count(len(cases) - _MOST, 'more case', 'more cases')}, in the report"


def _status(status: Status) -> str:
    return f"{ICONS[status]} {WORDS[status]}"
