"""The gate on labelled pieces: each verdict, and the rates that the page of the gate publishes."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.domain.findings import Finding, Severity
from tests.gates.security.labelled.pieces import CASES, Case

COUNTING = (Severity.HIGH, Severity.MEDIUM)
PAGE = Path(__file__).parents[3] / "docs/gates/security.md"
# What the gate is known to judge otherwise than the label; the page says so.
WRONG = {"constant_in_sql", "redirect_of_input", "passphrase", "public_site_key"}
Found = Mapping[str, tuple[Finding, ...]]


def _counted(found: Found, case: Case) -> set[Severity]:
    return {f.severity for f in found[case.name] if f.severity in COUNTING}


@pytest.mark.parametrize("case", [c for c in CASES if c.name not in WRONG], ids=lambda case: case.name)
def test_each_piece_is_judged_as_labelled_and_for_one_reason(found_in_cases: Found, case: Case) -> None:
    assert _counted(found_in_cases, case) == ({case.severity} if case.severity else set())


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_is_said_to_be_judged_wrongly_still_is(found_in_cases: Found, name: str) -> None:
    case = next(c for c in CASES if c.name == name)
    assert bool(_counted(found_in_cases, case)) != bool(case.severity)


def test_findings_say_where_why_and_what_to_do(found_in_cases: Found) -> None:
    for finding in (f for found in found_in_cases.values() for f in found if f.severity in COUNTING):
        assert finding.where is not None
        assert finding.message
        assert finding.remedy
        assert finding.source.split()[0] in ("bandit", "detect-secrets")
        assert finding.cwe or finding.rule == "security.unread-file"


def test_the_page_publishes_the_rates(found_in_cases: Found) -> None:
    for kind in ("code", "secrets"):
        bad = [c for c in CASES if c.kind == kind and c.severity]
        good = [c for c in CASES if c.kind == kind and not c.severity]
        caught = sum(bool(_counted(found_in_cases, c)) for c in bad)
        blamed = sum(bool(_counted(found_in_cases, c)) for c in good)
        row = rf"\| {kind} \| {caught} of {len(bad)} \| {blamed} of {len(good)} \|"
        assert re.search(row, PAGE.read_text("utf-8")), row
