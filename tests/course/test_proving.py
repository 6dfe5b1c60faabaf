"""A grading of the proof in a process of its own: it says what came of it, and ends when it is told to."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.course import Course, proving
from grader.course.proving import Children
from grader.domain.errors import EnvironmentError_, UsageError_
from grader.pipeline import Assignment, Options

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ENDED_WITHIN_S = 2.0


def test_what_keeps_it_from_grading_is_raised_here(real: Course, tmp_path: Path, state_dir: Path) -> None:
    with pytest.raises(UsageError_, match="the course has no module 09"):
        Children().graded(real.root, 9, tmp_path / "submission", "key", state_dir)
    with pytest.raises(EnvironmentError_, match=r"a grading ended without an outcome: [\s\S]*ValueError"):
        Children().graded(real.root, "two", tmp_path / "submission", "key", state_dir)  # type: ignore[arg-type]


def test_after_the_end_none_begins(real: Course, tmp_path: Path, state_dir: Path) -> None:
    children = Children()
    children.end()
    with pytest.raises(EnvironmentError_, match="the proof has ended"):
        children.graded(real.root, 2, tmp_path, "key", state_dir)


@pytest.mark.parametrize("part", [(), ("api.types,api.cursor", "task2::types,task6::cursor")])
def test_it_measures_checks_and_no_gate(
    real: Course, tmp_path: Path, state_dir: Path, monkeypatch: pytest.MonkeyPatch, part: tuple[str, ...]
) -> None:
    """Module 03 has gates that count."""
    seen: list[object] = []

    def look(source: Path, assignment: Assignment, options: Options, progress: object) -> None:
        seen.append((assignment.module.number, assignment.module.gates, options.criteria, options.checks))
        raise UsageError_("seen enough")

    monkeypatch.setattr(proving, "grade", look)
    assert any(gate.points for module in real.modules if module.number == 3 for gate in module.gates)
    proving.main([str(real.root), "3", str(tmp_path / "submission"), "key", str(state_dir), "1", *part])
    assert seen == [(3, (), *([tuple(names.split(",")) for names in part] or (None, None)))]


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder for temporary files whose path is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="p-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_proof_ends_when_it_is_told_to_and_leaves_nothing(
    tmp_path: Path, room: Path, state_dir: Path, ending: signal.Signals
) -> None:
    """While gradings are under way, with their sandboxes and servers."""
    tmp_path.chmod(0o755)
    course = tmp_path / "course"
    left_out = shutil.ignore_patterns(".git", ".venv", "site", "out", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, course, ignore=left_out)
    env = os.environ | {"GRADER_CACHE": str(state_dir), "TMPDIR": str(room), "PYTHONPATH": str(ROOT)}
    program = "from grader.cli.main import main; main()"
    words = ["course", "prove", "--course", str(course), "--only", "02/solution", "--only", "tag-shows-its-slug"]
    child = subprocess.Popen([sys.executable, "-c", program, *words], env=env, stderr=subprocess.PIPE, text=True)
    try:
        _wait_for_checks(room)
        told = time.monotonic()
        child.send_signal(ending)
        _, said = child.communicate(timeout=60)
        took = time.monotonic() - told
    finally:
        child.kill()
    assert child.returncode == 130, said
    assert "Stopped. Nothing was left behind." in said
    assert took < ENDED_WITHIN_S
    assert _working_in(room) == []
    assert list(room.iterdir()) == []


def _wait_for_checks(room: Path) -> None:
    """Until the checks of two gradings run, with their sandboxes."""
    for _ in range(900):
        if len(list(room.rglob("track-checks-*"))) >= 2 and len(list(room.rglob("grader-*"))) >= 4:
            return
        time.sleep(0.1)
    raise AssertionError("no grading began")


def _working_in(room: Path) -> list[str]:
    """The programs whose command names the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if f"{room}/" in words and process.name != str(os.getpid()):
            found.append(words.replace("\0", " ")[:60])
    return found
