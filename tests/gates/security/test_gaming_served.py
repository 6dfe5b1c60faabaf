"""What a served project does to look sound to whoever measures it."""

import pytest

from grader.domain.findings import Finding, Severity
from tests.gates.security.conftest import Measured, Serve
from tests.gates.security.labelled.small import FOR_SHOW


@pytest.fixture(scope="module")
def found(serve_files: Serve) -> list[Finding]:
    measured: Measured = serve_files(FOR_SHOW)
    return [f for m in measured for f in m.findings if f.where is None]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "severity", "seen"),
    [
        ("headers.csp", Severity.MEDIUM, "A page has no"),
        ("probes.told-apart", Severity.MEDIUM, "Wapiti"),
        ("probes.hidden-route", Severity.LOW, "GET /vault/"),
        ("probes.xss", Severity.HIGH, "GET /vault/"),
    ],
)
def test_a_defence_for_show_is_seen_through(found: list[Finding], rule: str, severity: Severity, seen: str) -> None:
    assert [f.message for f in found if (f.rule, f.severity) == (rule, severity) and seen in f.message]
