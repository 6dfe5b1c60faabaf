"""JUnit XML: a suite per criterion, a test case per case of a check."""

from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as xml

from grader.domain.evidence import Observation
from grader.domain.result import CriterionResult, GateVerdict, Result
from grader.domain.start import START, StartFailure
from grader.domain.status import Status
from grader.report import escape
from grader.report.audience import for_learners
from grader.report.criterion_words import titles, why_blocked
from grader.report.gate_words import measured, reading, required
from grader.report.reviews import is_review
from grader.report.since import sentences

_COUNTERS = {
    Status.FAILED: "failures",
    Status.ERRORED: "errors",
    Status.BLOCKED: "skipped",
    Status.MANUAL: "skipped",
    Status.NOT_APPLICABLE: "skipped",
}
_LIMIT = 4_000
_UNMEASURED = "This could not be measured, through a fault of the grader or the machine."


def render(result: Result) -> str:
    """The result as JUnit XML."""
    whose = escape.xml(escape.clip(result.provenance.submission, _LIMIT))
    root = xml.Element("testsuites", name=f"{escape.xml(result.heading)} · {whose}")
    result = for_learners(result)
    if result.start is not None:
        root.append(_start_suite(result, result.start))
    for criterion in result.criteria:
        root.append(_suite(criterion, result))
    if result.gates:
        root.append(_gate_suite(result))
    for counter in ("tests", "failures", "errors", "skipped"):
        root.set(counter, str(sum(int(suite.get(counter, "0")) for suite in root)))
    root.set("time", f"{result.provenance.duration_s:.3f}")
    xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def _suite(criterion: CriterionResult, result: Result) -> xml.Element:
    cases = tuple(_cases(criterion, titles(result)))
    suite = xml.Element("testsuite", name=escape.xml(criterion.title), tests=str(len(cases)))
    for counter in ("failures", "errors", "skipped"):
        suite.set(counter, str(sum(_COUNTERS.get(status) == counter for status, _ in cases)))
    suite.set("time", f"{sum(o.duration_s for o in criterion.observations):.3f}")
    _add_properties(suite, result)
    suite.extend(case for _, case in cases)
    return suite


def _start_suite(result: Result, failure: StartFailure) -> xml.Element:
    """The one failure of a project that does not start: the cases that wait for it are skipped."""
    suite = xml.Element("testsuite", name="Start", tests="1", failures="1", errors="0", skipped="0", time="0.000")
    _add_properties(suite, result)
    case = xml.SubElement(suite, "testcase", name="The project starts", classname=START, time="0.000")
    if failure.where:
        case.set("file", escape.xml(escape.clip(failure.where.path, _LIMIT)))
        if failure.where.line is not None:
            case.set("line", str(failure.where.line))
    said = escape.xml(escape.clip(failure.observed, _LIMIT))
    xml.SubElement(case, "failure", message=said, type="failed").text = escape.xml(
        "\n".join((f"Observed: {failure.observed}", f"Next: {failure.remedy}", f"See it yourself: {failure.repeat}"))
    )
    return suite


def _add_properties(suite: xml.Element, result: Result) -> None:
    suite.set("timestamp", result.provenance.started_at.removesuffix("Z"))
    made = result.provenance
    facts = {"official": str(made.official).lower(), "graded": str(result.graded).lower()}
    facts |= {"submission": made.submission, "commit": made.commit or "", "tree": made.tree_hash}
    facts |= {f"notice {number}": notice for number, notice in enumerate(result.notices, 1)}
    facts |= {f"change {number}": sentence for number, sentence in enumerate(sentences(result), 1)}
    properties = xml.SubElement(suite, "properties")
    for name, value in facts.items():
        xml.SubElement(properties, "property", name=name, value=escape.xml(escape.clip(value, _LIMIT)))


def _gate_suite(result: Result) -> xml.Element:
    suite = xml.Element("testsuite", name="Gates", tests=str(len(result.gates)))
    for counter in ("failures", "errors", "skipped"):
        suite.set(counter, str(sum(_COUNTERS.get(gate.status) == counter for gate in result.gates)))
    suite.set("time", "0.000")
    _add_properties(suite, result)
    suite.extend(map(_gate_case, result.gates))
    return suite


def _gate_case(gate: GateVerdict) -> xml.Element:
    """The number stands beside the outcome, in ``system-out``: a name with it would be another test in each run."""
    case = xml.Element("testcase", name=escape.xml(gate.title), classname=escape.xml(gate.id), time="0.000")
    message = escape.xml(escape.clip(reading(gate), _LIMIT))
    match gate.status:
        case Status.PASSED:
            pass
        case Status.FAILED:
            if gate.where:
                case.set("file", escape.xml(escape.clip(gate.where[0].path, _LIMIT)))
                if gate.where[0].line is not None:
                    case.set("line", str(gate.where[0].line))
            failure = xml.SubElement(case, "failure", message=message, type="failed")
            failure.text = "\n".join(map(escape.xml, _gate_lines(gate)))
        case Status.ERRORED:
            xml.SubElement(case, "error", message=message, type="errored")
        case _:
            xml.SubElement(case, "skipped", message=message)
    xml.SubElement(case, "system-out").text = message + (f" [{escape.xml(gate.source)}]" if gate.source else "")
    return case


def _gate_lines(gate: GateVerdict) -> list[str]:
    parts = [("Required", required(gate)), ("Measured", measured(gate))]
    parts += [("Where", str(place)) for place in gate.where]
    parts += [("Hint", gate.hint)]
    return [f"{label}: {escape.clip(text, _LIMIT)}" for label, text in parts if text]


def _cases(criterion: CriterionResult, named: Mapping[str, str]) -> Iterator[tuple[Status, xml.Element]]:
    """The cases as they count: none of a blocked criterion passed or failed, none of a manual one did."""
    if not criterion.observations:
        case = xml.Element(
            "testcase", name=escape.xml(criterion.title), classname=escape.xml(criterion.id), time="0.000"
        )
        _mark(case, criterion.status, criterion, None, named)
        yield criterion.status, case
    for seen in criterion.observations:
        whole = criterion.status in (Status.BLOCKED, Status.MANUAL)
        status = criterion.status if whole else seen.status
        case = xml.Element(
            "testcase",
            name=escape.xml(escape.clip(f"{seen.sentence} [{seen.check}]", _LIMIT)),
            classname=escape.xml(criterion.id),
        )
        case.set("time", f"{seen.duration_s:.3f}")
        if seen.where:
            case.set("file", escape.xml(escape.clip(seen.where.path, _LIMIT)))
            if seen.where.line is not None:
                case.set("line", str(seen.where.line))
        _mark(case, status, criterion, seen, named)
        yield status, case


def _mark(
    case: xml.Element, status: Status, criterion: CriterionResult, seen: Observation | None, named: Mapping[str, str]
) -> None:
    match status:
        case Status.FAILED:
            lines = _lines(seen)
            failure = xml.SubElement(case, "failure", message=escape.xml(" ".join(lines)), type="failed")
            failure.text = "\n".join([*map(escape.xml, lines), f"Hint: {escape.xml(criterion.hint)}"])
        case Status.ERRORED:
            xml.SubElement(case, "error", message=_UNMEASURED, type="errored")
        case Status.BLOCKED:
            xml.SubElement(case, "skipped", message=escape.xml(why_blocked(criterion, named)))
        case Status.MANUAL:
            message = escape.xml(seen.sentence) if seen and is_review(seen) else "waits for a person to judge it"
            xml.SubElement(case, "skipped", message=message)
        case Status.PASSED:
            pass


def _lines(seen: Observation | None) -> list[str]:
    if seen is None:
        return ["failed"]
    parts = [("Expected", seen.expected), ("Observed", seen.observed), ("Where", str(seen.where or ""))]
    parts.append(("Output", seen.output))
    return [f"{label}: {escape.clip(text, _LIMIT)}" for label, text in parts if text] or [seen.sentence]
