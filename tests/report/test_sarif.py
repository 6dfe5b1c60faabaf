"""SARIF: what its schema requires of the members in use; nothing but failures and findings are results."""

import json
import re
from typing import Any

import jsonschema
import pytest

from grader.domain.result import Result
from grader.domain.status import Status
from grader.report import REPORTS
from tests.report.gate_samples import FINDINGS, shown
from tests.report.samples import SAMPLES

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
PLACE = {
    "type": "object",
    "required": ["artifactLocation"],
    "properties": {
        "artifactLocation": {
            "type": "object",
            "required": ["uri", "uriBaseId"],
            "properties": {"uri": {"type": "string", "pattern": r"^[A-Za-z0-9._~%/-]+$"}},
        },
        "region": {
            "type": "object",
            "required": ["startLine"],
            "properties": {"startLine": {"type": "integer", "minimum": 1}},
        },
    },
}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "fullDescription", "help"],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": TEXT,
        "helpUri": {"type": "string", "pattern": "^https://"},
        "properties": {"properties": {"security-severity": {"type": "string", "pattern": r"^(10\.0|[0-9]\.[0-9])$"}}},
    },
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "partialFingerprints"],
    "additionalProperties": False,
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {
            "type": "array",
            "items": {"required": ["physicalLocation"], "properties": {"physicalLocation": PLACE}},
        },
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "suppressions": {
            "type": "array",
            "items": {"required": ["kind"], "properties": {"kind": {"enum": ["external"]}}},
        },
    },
}
# The required members of SARIF 2.1.0, as far as this report writes them, and what code scanning asks for beside.
REQUIRED = {
    "type": "object",
    "required": ["version", "$schema", "runs"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "2.1.0"},
        "$schema": {"type": "string"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name", "rules"],
                                "properties": {"rules": {"type": "array", "uniqueItems": True, "items": RULE}},
                            }
                        },
                    },
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}


def run_of(result: Result) -> dict[str, Any]:
    document = json.loads(REPORTS["sarif"].render(result))
    jsonschema.Draft202012Validator(REQUIRED).validate(document)
    (run,) = document["runs"]
    return dict(run)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_valid_and_refers_to_its_own_rules(name: str) -> None:
    run = run_of(SAMPLES[name]())
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    assert [rules[entry["ruleIndex"]] for entry in run["results"]] == [entry["ruleId"] for entry in run["results"]]


def test_control_a_document_without_a_member_is_refused() -> None:
    document = json.loads(REPORTS["sarif"].render(shown()))
    del document["runs"][0]["results"][0]["message"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(REQUIRED).validate(document)


@pytest.mark.parametrize("name", ["full_marks", "mixed", "gated"])
def test_only_what_failed_is_a_result(name: str) -> None:
    result = SAMPLES[name]()
    failed = {c.id for c in result.criteria if c.status is Status.FAILED}
    failed |= {g.id for g in result.gates if g.status is Status.FAILED}
    findings = {f.rule for g in result.gates for f in g.findings}
    assert {entry["ruleId"] for entry in run_of(result)["results"]} == failed | findings


def test_findings_of_gates_are_results_and_what_was_waived_is_suppressed_with_its_reason() -> None:
    entries = run_of(shown())["results"]
    for finding in FINDINGS:
        (entry,) = [e for e in entries if e["ruleId"] == finding.rule and finding.message[:20] in e["message"]["text"]]
        assert ("suppressions" in entry) == bool(finding.resolved)
        if finding.resolved:
            assert entry["suppressions"][0]["justification"] == finding.resolved


def test_nothing_of_staff_and_no_command_of_a_workflow_is_in_it() -> None:
    for name in ("hostile", "ungraded"):
        result = SAMPLES[name]()
        text = REPORTS["sarif"].render(result)
        faults = [o.fault for c in result.criteria for o in c.observations] + [g.fault for g in result.gates]
        assert not any(fault and fault in text for fault in faults)
        assert not re.search(r"^\s*::|##\[", text, re.MULTILINE)


def test_fingerprints_do_not_depend_on_the_line() -> None:
    entries = run_of(shown())["results"]
    assert all(len(entry["partialFingerprints"]["rule/v1"]) == 64 for entry in entries)
    assert entries == run_of(shown())["results"]
