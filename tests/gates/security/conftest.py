"""What tests of the security gate share: every labelled piece scanned at once, in folders of their own."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.domain.evidence import Measurement
from grader.domain.findings import Finding
from grader.domain.layout import Layout
from grader.environment import prepare
from grader.gates import measure, subjects
from grader.gates.security.gate import static_findings, weigh
from grader.gates.security.paths import texts
from tests.gates.conftest import spec_of, write
from tests.gates.security.labelled.pieces import CASES
from tests.gates.security.labelled.small import LAYOUT

REFERENCE = Path(__file__).parents[3] / "capstone" / "reference"
Measured = tuple[Measurement, ...]
Serve = Callable[..., Measured]
Scan = Callable[[Mapping[str, str]], tuple[Measurement, Measurement]]


@pytest.fixture(scope="session")
def scan_files(tmp_path_factory: pytest.TempPathFactory, usual_state_dir: Path) -> Scan:
    """``scan_files({path: text})``: what is high and what is medium in a submission of these files."""

    def scanned(files: Mapping[str, str]) -> tuple[Measurement, Measurement]:
        root = tmp_path_factory.mktemp("submission")
        write(root, files)
        with subjects(spec_of(root, usual_state_dir), seed=1)("security") as subject:
            return weigh(subject, static_findings(subject, texts(root, subject.files, ".py")))

    return scanned


@pytest.fixture(scope="session")
def found_in_cases(scan_files: Scan) -> Mapping[str, tuple[Finding, ...]]:
    """By the name of a labelled piece, what was found in it."""
    high, medium = scan_files({f"{case.name}/{path}": text for case in CASES for path, text in case.files.items()})
    findings = [f for f in (*high.findings, *medium.findings) if f.where]
    return {c.name: tuple(f for f in findings if f.where and f.where.path.startswith(f"{c.name}/")) for c in CASES}


@pytest.fixture(scope="session")
def serve_files(usual_state_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """``serve_files({path: text}, key=value)``: what is high and what is medium where it is served by that layout."""
    cache = usual_state_dir / "environments"
    deps = prepare(REFERENCE, course_lock=REFERENCE, cache=cache, progress=lambda _: None).site

    def served(files: Mapping[str, str], **layout: Any) -> Measured:
        root = tmp_path_factory.mktemp("served")
        write(root, files)
        spec = spec_of(root, usual_state_dir, deps=deps, layout=Layout().overridden({**LAYOUT, **layout}))
        return measure(("security.high", "security.medium"), subjects(spec, seed=1), progress=lambda step: None)

    return served
