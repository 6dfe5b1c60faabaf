"""The served application: every weakness of a small project is found, none in its twin; what does not start is said."""

import re

import pytest

from grader.domain.findings import Finding, Severity
from grader.domain.status import Status
from tests.gates.security.conftest import Measured, Serve
from tests.gates.security.labelled.small import BAD, BY_WAPITI, GOOD, HIGH, MEDIUM
from tests.gates.security.test_labelled import PAGE


@pytest.fixture(scope="module")
def bad(serve_files: Serve) -> Measured:
    return serve_files(BAD)


@pytest.fixture(scope="module")
def good(serve_files: Serve) -> Measured:
    return serve_files(GOOD)


def _served(measured: Measured, severity: Severity) -> dict[str, Finding]:
    """Those without a place in a file, by their rules."""
    findings = (finding for measurement in measured for finding in measurement.findings)
    return {f.rule: f for f in findings if f.severity is severity and f.where is None}


@pytest.mark.slow
@pytest.mark.parametrize("rule", sorted(HIGH))
def test_what_is_high_is_found(bad: Measured, rule: str) -> None:
    assert rule in _served(bad, Severity.HIGH)


@pytest.mark.slow
@pytest.mark.parametrize("rule", sorted(MEDIUM))
def test_what_is_medium_is_found(bad: Measured, rule: str) -> None:
    assert rule in _served(bad, Severity.MEDIUM)


@pytest.mark.slow
@pytest.mark.parametrize("rule", sorted(BY_WAPITI))
def test_wapiti_finds_it_too(bad: Measured, rule: str) -> None:
    found = _served(bad, Severity.HIGH) | _served(bad, Severity.MEDIUM)
    assert rule in found
    assert found[rule].detail.startswith("curl ")


@pytest.mark.slow
def test_control_nothing_is_found_in_the_twin_that_defends_itself(good: Measured) -> None:
    assert [(m.status, m.value) for m in good] == [(Status.PASSED, 0), (Status.PASSED, 0)]
    assert not _served(good, Severity.HIGH)


@pytest.mark.slow
def test_a_check_that_the_settings_silence_counts_and_says_so(bad: Measured) -> None:
    assert "silenced" in _served(bad, Severity.MEDIUM)["security.W012"].message


@pytest.mark.slow
def test_findings_say_what_was_asked_and_what_to_do(bad: Measured) -> None:
    for finding in _served(bad, Severity.HIGH).values():
        assert re.search(r"/[a-z]*/?", finding.message)
        assert finding.remedy
        assert finding.cwe
        assert finding.detail.startswith("curl ")


@pytest.mark.slow
def test_the_page_publishes_the_rates_of_the_served_application(bad: Measured, good: Measured) -> None:
    wanted = HIGH | MEDIUM
    found = {*_served(bad, Severity.HIGH), *_served(bad, Severity.MEDIUM)}
    blamed = {*_served(good, Severity.HIGH), *_served(good, Severity.MEDIUM)}
    row = f"| served | {len(found & wanted)} of {len(wanted)} | {len(blamed)} of {len(wanted)} |"
    assert row in PAGE.read_text("utf-8"), row


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"settings.py": "1 / 0\n"}, "was starting"),
        ({"wsgi.py": "raise SystemExit(3)\n"}, "does not start"),
        ({"urls.py": "1 / 0\n"}, ""),
        ({"settings.py": GOOD["settings.py"].replace("urls.policy", "urls.broken")}, "answers every request"),
    ],
)
def test_a_project_that_does_not_start_is_told_and_never_passes(
    serve_files: Serve, changes: dict[str, str], reason: str
) -> None:
    high, medium = serve_files(GOOD | changes)
    assert {high.status, medium.status} == {Status.FAILED}
    assert reason in high.reason


def test_without_manage_py_the_key_to_set_is_named(serve_files: Serve) -> None:
    high, medium = serve_files({"app.py": "x = 1\n"})
    assert (high.status, medium.status) == (Status.FAILED, Status.FAILED)
    assert "track.toml" in high.reason
