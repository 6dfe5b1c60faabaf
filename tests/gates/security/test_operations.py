"""Objects of others, and what else an API does for somebody: each labelled collection is judged as it is labelled."""

from collections.abc import Mapping

import pytest

from grader.domain.findings import Finding, Severity
from grader.domain.status import Status
from tests.gates.security.conftest import Measured, Serve
from tests.gates.security.labelled.api import COLLECTIONS, FILES, LAYOUT, PATHS

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
