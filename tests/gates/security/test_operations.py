"""Objects of others, and what else an API does for somebody: each labelled collection is judged as it is labelled."""

from collections.abc import Mapping

import pytest

from grader.domain.findings import Finding, Severity
from grader.domain.status import Status
from tests.gates.security.conftest import Measured, Serve
from tests.gates.security.labelled.api import COLLECTIONS, FILES, LAYOUT, PATHS
from tests.gates.security.test_labelled import PAGE

COUNTING = (Severity.HIGH, Severity.MEDIUM)
LABELS = {f"/{name}/": rule for name, (_, rule) in COLLECTIONS.items()} | PATHS
Found = Mapping[str, tuple[Finding, ...]]


@pytest.fixture(scope="module")
def measured(serve_files: Serve) -> Measured:
    return serve_files(FILES, **LAYOUT)


@pytest.fixture(scope="module")
def by_path(measured: Measured) -> Found:
    """What counts and comes of a probe, by the labelled path that it speaks of."""
    findings = [f for m in measured for f in m.findings if f.severity in COUNTING and f.rule.startswith("probes.")]
    return {path: tuple(f for f in findings if f" {path}" in f.message) for path in LABELS}


@pytest.mark.slow
def test_the_project_is_served_and_asked(measured: Measured) -> None:
    assert {m.status for m in measured} == {Status.PASSED}
    assert not [f.message for m in measured for f in m.findings if f.rule == "probes.incomplete"]


@pytest.mark.slow
@pytest.mark.parametrize("path", LABELS)
def test_each_path_is_judged_as_labelled_and_for_one_reason(by_path: Found, path: str) -> None:
    wanted = {f"probes.{LABELS[path]}"} if LABELS[path] else set()
    assert {f.rule for f in by_path[path]} == wanted, [f.message for f in by_path[path]]


@pytest.mark.slow
def test_the_page_publishes_the_rates_of_operations(by_path: Found) -> None:
    bad, good = ([path for path in LABELS if bool(LABELS[path]) is wrong] for wrong in (True, False))
    caught, blamed = (sum(bool(by_path[path]) for path in paths) for paths in (bad, good))
    row = f"| objects and operations | {caught} of {len(bad)} | {blamed} of {len(good)} |"
    assert row in PAGE.read_text("utf-8"), row


@pytest.mark.slow
def test_each_finding_has_its_request_as_a_command_without_tokens(by_path: Found) -> None:
    for finding in (f for found in by_path.values() for f in found):
        assert finding.detail.startswith("curl -i -X ")
        assert "sessionid=" not in finding.detail
        assert finding.cwe
        assert finding.remedy
