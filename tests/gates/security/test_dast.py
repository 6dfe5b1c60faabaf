"""What wapiti writes, read as data: what counts is in a table, all else is listed; no report is an error."""

import json

import pytest

from grader.domain.errors import EnvironmentError_
from grader.domain.findings import Finding, Severity
from grader.gates.security.dast import parse_wapiti

ENTRY = {
    "category": "Reflected Cross Site Scripting",
    "method": "GET",
    "path": "/search/",
    "info": "XSS via injection in the parameter term",
    "parameter": "term",
    "curl_command": 'curl "http://127.0.0.1:40123/search/?term=x"',
}


def _parsed(*entries: object) -> tuple[Finding, ...]:
    return tuple(parse_wapiti("noise\n" + json.dumps({"status": 0, "said": "", "found": list(entries)}) + "\n"))


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        ({}, Severity.HIGH),
        ({"category": "Open Redirect"}, Severity.MEDIUM),
        ({"category": "SQL Injection", "info": "SQL Injection (DBMS: PostgreSQL) via injection"}, Severity.HIGH),
        ({"category": "SQL Injection", "info": "SQL Injection via injection in the parameter q"}, Severity.NOTE),
        ({"category": "Internal Server Error"}, Severity.NOTE),
        ({"category": "Cross Site Request Forgery"}, Severity.NOTE),
        ({"category": "Resource consumption"}, Severity.NOTE),
    ],
)
def test_what_counts_is_what_the_answer_itself_shows(changes: dict[str, str], severity: Severity) -> None:
    (found,) = _parsed({**ENTRY, **changes})
    assert (found.severity, found.source) == (severity, "wapiti 3.3.2")


def test_a_finding_says_where_why_and_how_to_see_it_again() -> None:
    (found,) = _parsed(ENTRY, ENTRY)
    assert found.message == "GET /search/: Reflected Cross Site Scripting by the parameter term."
    assert (found.cwe, found.detail) == (79, 'curl "http://localhost:8000/search/?term=x"')
    assert found.remedy


@pytest.mark.parametrize(
    "odd", [3, {}, {**ENTRY, "path": "/a\n::error::b"}, {**ENTRY, "category": "\x1b[31m"}, {**ENTRY, "method": "GET /"}]
)
def test_entries_that_are_none_are_left_out(odd: object) -> None:
    assert _parsed(odd) == ()


@pytest.mark.parametrize("text", ["", "Killed", "[]", "{}", json.dumps({"found": None, "said": "no"}), "[" * 100_000])
def test_without_a_report_nothing_was_scanned(text: str) -> None:
    with pytest.raises(EnvironmentError_, match="did not get to its end"):
        list(parse_wapiti(text))
