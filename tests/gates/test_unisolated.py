"""Without isolation, as on a learner's own machine, gates that read a submission find the same, at the same places."""

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.domain.findings import Finding
from grader.gates import measure, subjects
from grader.gates.registry import Open
from grader.gates.security.gate import static_findings
from grader.gates.security.paths import texts
from grader.stage.spec import SandboxKind
from tests.gates.conftest import spec_of, write
from tests.gates.operations.good import FILES

KINDS: tuple[SandboxKind, ...] = ("bubblewrap", "process")
BAD = """import os
import subprocess
import json


def f(name, x=[]) -> None:
    subprocess.run("ls " + name, shell=True)
    print(x  )
"""
PROJECT = {
    **FILES,
    "src/bad.py": BAD,
    "src/settings.py": 'AWS_KEY = "AKIAQ4M7ZTR2WX5LVBNC"\n',
    # What would be imported in the place of the tools, their packages and Python's own, if the submission came first.
    **dict.fromkeys(("bandit.py", "src/black.py", "src/isort.py", "tomllib.py", "yaml.py"), "raise SystemExit(0)\n"),
    "k8s/web.yaml": FILES["k8s/web.yaml"].replace("  template:\n", "  tempalte: 1\n  template:\n"),
    "Dockerfile": FILES["Dockerfile"].replace("python:3.13-slim", "python:latest"),
}
METRICS = ("style.ruff", "style.black", "style.isort", "operations.kubernetes", "operations.dockerfile")
Opened = Callable[[SandboxKind], Open]


@pytest.fixture
def opened(tmp_path: Path, usual_state_dir: Path) -> Opened:
    """``opened(kind)`` opens the project for gates, in a sandbox of that kind."""
    write(tmp_path / "submission", PROJECT)
    return lambda kind: subjects(spec_of(tmp_path / "submission", usual_state_dir, kind=kind), seed=1)


@pytest.mark.slow
def test_tools_say_the_same_of_the_same_places(opened: Opened) -> None:
    isolated, plain = (measure(METRICS, opened(kind), progress=lambda step: None) for kind in KINDS)
    assert plain == isolated
    assert all(measurement.value for measurement in isolated), "nothing was found that could have been missed"


@pytest.mark.slow
def test_scanners_say_the_same_of_the_same_places(opened: Opened) -> None:
    isolated, plain = (_scanned(opened(kind)) for kind in KINDS)
    assert plain == isolated
    assert {"B602", "secrets.aws-access-key"} <= {finding.rule for finding in isolated}, isolated
    assert {str(finding.where) for finding in isolated} >= {"src/bad.py:7", "src/settings.py:1"}


def _scanned(opened: Open) -> list[Finding]:
    with opened("security") as subject:
        return list(static_findings(subject, texts(subject.submission, subject.files, ".py")))
