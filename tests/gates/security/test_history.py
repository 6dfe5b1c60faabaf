"""Secrets that were committed and taken out again, in real repositories."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from grader.domain.evidence import Measurement
from grader.gates import subjects
from grader.gates.security.gate import static_findings, weigh
from grader.gates.security.paths import texts
from grader.intake.history import tip_of
from grader.stage.spec import History
from tests.gates.conftest import spec_of, write
from tests.gates.security.labelled.pieces import AWS, PRIVATE, RANDOM

CLEAN = "import os\n\nKEY = os.environ['KEY']\n"


def _git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", "-C", str(root), *who, *words], check=True, capture_output=True)


def _commit(root: Path, files: dict[str, str]) -> None:
    write(root, files)
    _git(root, "add", "-A")
    _git(root, "commit", "-qm", "x")


def _measured(root: Path, tmp_path: Path, state: Path, tip: str | None = None) -> tuple[Measurement, Measurement]:
    copy = tmp_path / "copy"
    write(copy, {p.name: p.read_text() for p in root.iterdir() if p.is_file()})
    history = History(root, tip_of(root) if tip is None else tip)
    with subjects(replace(spec_of(copy, state), history=history), seed=1)("security") as subject:
        return weigh(subject, static_findings(subject, texts(copy, subject.files, ".py")))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    _git(root, "init", "-q")
    return root


def test_what_was_taken_out_is_found_with_its_commit(repository: Path, tmp_path: Path, usual_state_dir: Path) -> None:
    _commit(repository, {"app.py": f'KEY = "{AWS}"\nPASSWORD = "{RANDOM}"\n', "server.pem": PRIVATE})
    first = tip_of(repository)
    (repository / "server.pem").unlink()
    _commit(repository, {"app.py": CLEAN})
    high, medium = _measured(repository, tmp_path, usual_state_dir)
    assert {(f.rule, str(f.where)) for f in high.findings} == {
        ("secrets.aws-access-key", "app.py"),
        ("secrets.private-key", "server.pem"),
    }
    assert all(first[:10] in f.message for f in high.findings)
    assert (high.value, medium.value) == (2, 1)


def test_control_a_history_without_secrets_has_no_findings(
    repository: Path, tmp_path: Path, usual_state_dir: Path
) -> None:
    _commit(repository, {"app.py": "x = 1\n", "tests.py": f'PASSWORD = "{RANDOM}"\n'})
    _commit(repository, {"app.py": CLEAN, "tests.py": "x = 1\n"})
    assert [m.value for m in _measured(repository, tmp_path, usual_state_dir)] == [0, 0]


def test_what_is_there_still_is_found_once(repository: Path, tmp_path: Path, usual_state_dir: Path) -> None:
    _commit(repository, {"app.py": f'KEY = "{AWS}"\n'})
    assert _measured(repository, tmp_path, usual_state_dir)[0].value == 1


def test_a_history_that_cannot_be_read_is_told_and_is_no_fault_of_the_grader(
    repository: Path, tmp_path: Path, usual_state_dir: Path
) -> None:
    _commit(repository, {"app.py": CLEAN})
    high, medium = _measured(repository, tmp_path, usual_state_dir, tip="0" * 40)
    assert (high.value, medium.value) == (0, 0)
    assert [f.rule for f in medium.findings] == ["secrets.history"]


def test_a_folder_that_is_no_repository_has_no_tip(tmp_path: Path) -> None:
    assert tip_of(tmp_path) == ""
