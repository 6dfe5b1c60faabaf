"""What tests of the security gate share: every labelled piece scanned at once, in folders of their own."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.domain.evidence import Measurement
from grader.domain.findings import Finding
from grader.gates import subjects
from grader.gates.security.gate import static_findings, weigh
from grader.gates.security.paths import texts
from tests.gates.conftest import spec_of, write
from tests.gates.security.labelled import CASES

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
