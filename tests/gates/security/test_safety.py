"""The report of safety, as it was written down: what it says is a note, and what is no report is said to be none."""

import json

import pytest

from grader.domain.findings import Severity
from grader.gates.security.safety import NoReport, parse_safety

VULNERABILITY = {
    "vulnerability_id": "64976",
    "package_name": "django",
    "ignored": False,
    "analyzed_version": "4.2.0",
    "advisory": "Django 4.2.8 includes a fix for a made-up weakness.",
    "fixed_versions": ["4.2.8", "5.0"],
    "CVE": "CVE-2099-0001",
    "severity": None,
}
REPORT = {
    "report_meta": {"scan_target": "files", "safety_version": "3.8.1", "vulnerabilities_found": 1},
    "scanned_packages": {"django": {"name": "django", "version": "4.2.0"}},
    "vulnerabilities": [VULNERABILITY],
    "ignored_vulnerabilities": [{**VULNERABILITY, "vulnerability_id": "1", "ignored": True}],
}


def test_what_it_reports_is_a_note_ignored_or_not() -> None:
    first, second = parse_safety(json.dumps(REPORT))
    assert (first.rule, first.severity, first.source) == ("safety-64976", Severity.NOTE, "safety 3.8.1")
    assert first.remedy == "Raise it to 4.2.8, 5.0."
    assert second.rule == "safety-1"


@pytest.mark.parametrize("text", ["", "Please login to continue", "[]", "{}", '{"vulnerabilities": 3}', "[" * 100_000])
def test_what_is_no_report_is_no_audit(text: str) -> None:
    with pytest.raises(NoReport):
        parse_safety(text)


def test_entries_that_are_none_are_left_out() -> None:
    odd = [3, {}, {**VULNERABILITY, "package_name": "a\n::error::b"}]
    assert parse_safety(json.dumps({"vulnerabilities": odd})) == ()
