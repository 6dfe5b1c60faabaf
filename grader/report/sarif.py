"""SARIF 2.1.0, for code scanning: every finding of a gate, and every criterion and gate that failed."""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from grader.domain.evidence import Location
from grader.domain.findings import Finding, Severity
from grader.domain.result import CriterionResult, GateVerdict, Result
from grader.domain.start import START, StartFailure
from grader.domain.status import Status
from grader.report import escape
from grader.report.audience import for_learners
from grader.report.gate_words import reading
from grader.report.since import sentences

VERSION = "2.1.0"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note", Severity.NOTE: "note"}
_SEVERITY = {Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5", Severity.NOTE: "0.1"}
_ROOT = "SUBMISSION"
_LIMIT = 2_000
Entry = dict[str, Any]


def render(result: Result) -> str:
    """The result as SARIF. What passed is no result of it; what was waived is suppressed, with the reason."""
    shown = for_learners(result)
    found = [*_of_start(shown.start), *_of_criteria(shown.criteria), *_of_gates(shown.gates)]
    rules: dict[str, Entry] = {}
    for rule, _ in found:
        rules.setdefault(rule["id"], rule)
    places = {rule: index for index, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "Django Track",
                "version": shown.provenance.grader_version,
                "rules": list(rules.values()),
            }
        },
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the submission."}}},
        "columnKind": "unicodeCodePoints",
        "results": [entry | {"ruleIndex": places[entry["ruleId"]]} for _, entry in found],
        "properties": _properties(shown),
    }
    document = {"$schema": SCHEMA, "version": VERSION, "runs": [run]}
    return escape.json(msgspec.json.format(msgspec.json.encode(document), indent=2)).decode() + "\n"


def _properties(result: Result) -> Entry:
    """Whose result it is, whether it counts, the notes, and what changed since the last run."""
    made = result.provenance
    names = {"submission": made.submission, "commit": made.commit or "", "tree": made.tree_hash}
    facts = {"graded": result.graded, "met": result.met, "official": made.official}
    told = {"notices": result.notices, "changes": sentences(result)}
    lists = {key: [_clean(sentence) for sentence in said] for key, said in told.items()}
    return {key: _clean(name) for key, name in names.items()} | facts | lists


def _of_start(failure: StartFailure | None) -> Iterator[tuple[Entry, Entry]]:
    """The one thing that all criteria wait for which need the project running."""
    if failure is not None:
        said = f"Expected: {failure.expected}. Observed: {failure.observed}"
        yield _rule(START, "The project starts", failure.remedy), _result(START, "error", said, failure.where, START)


def _of_criteria(criteria: tuple[CriterionResult, ...]) -> Iterator[tuple[Entry, Entry]]:
    for criterion in criteria:
        if criterion.status is not Status.FAILED:
            continue
        rule = _rule(criterion.id, criterion.title, criterion.hint, criterion.docs)
        failed = [seen for seen in criterion.observations if seen.status is Status.FAILED]
        for seen in failed:
            parts = (("Expected", seen.expected), ("Observed", seen.observed))
            said = " ".join(f"{label}: {text}." for label, text in parts if text) or seen.sentence
            yield rule, _result(criterion.id, "error", said, seen.where, seen.check)
        if not failed:
            yield rule, _result(criterion.id, "error", criterion.title, None, criterion.id)


def _of_gates(gates: tuple[GateVerdict, ...]) -> Iterator[tuple[Entry, Entry]]:
    for gate in gates:
        for finding in gate.findings:
            yield _finding_rule(finding), _finding_result(finding)
        if gate.status is Status.FAILED:
            rule = _rule(gate.id, gate.title, gate.hint, gate.docs)
            yield rule, _result(gate.id, "error", reading(gate), gate.where[0] if gate.where else None, gate.id)


def _rule(name: str, title: str, hint: str, docs: tuple[tuple[str, str], ...] = ()) -> Entry:
    rule: Entry = {
        "id": _clean(name),
        "shortDescription": {"text": _clean(title)},
        "fullDescription": {"text": _clean(title)},
        "help": {"text": _clean(hint or title)},
    }
    pages = [address for _, address in docs if address.startswith("https://")]
    return rule | {"helpUri": pages[0]} if pages else rule


def _finding_rule(finding: Finding) -> Entry:
    """What is true of all findings of a rule: its remedy, and how grave it is to code scanning."""
    rule = _rule(finding.rule, finding.source or finding.rule, finding.remedy or finding.message)
    tags = ["security"] + ([f"external/cwe/cwe-{finding.cwe:03d}"] if finding.cwe else [])
    secure = finding.cwe is not None or finding.severity in (Severity.HIGH, Severity.MEDIUM)
    more = {"security-severity": _SEVERITY[finding.severity], "tags": tags} if secure else {"tags": []}
    return rule | {"properties": more}


def _finding_result(finding: Finding) -> Entry:
    entry = _result(finding.rule, _LEVELS[finding.severity], finding.message, finding.where, finding.message)
    if finding.resolved:
        reason = {"kind": "external", "status": "accepted", "justification": _clean(finding.resolved)}
        return entry | {"suppressions": [reason]}
    return entry


def _result(rule: str, level: str, message: str, where: Location | None, mark: str) -> Entry:
    entry: Entry = {"ruleId": _clean(rule), "level": level, "message": {"text": _clean(message)}}
    if where is not None:
        place: Entry = {"artifactLocation": {"uri": _uri(where.path), "uriBaseId": _ROOT}}
        if where.line is not None and where.line > 0:
            place["region"] = {"startLine": where.line}
        entry["locations"] = [{"physicalLocation": place}]
    told = "\0".join((rule, where.path if where else "", mark))
    return entry | {"partialFingerprints": {"rule/v1": hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()}}


def _uri(path: str) -> str:
    """A relative reference, whatever the name holds."""
    from urllib.parse import quote  # few results have places

    return quote(path.lstrip("/").encode("utf-8", "replace"), safe="/")


def _clean(text: str) -> str:
    return escape.clip(escape.log_line(text), _LIMIT)
