"""Killed at any moment, a class loses what was running: resumed, its gradebook is that of an undisturbed run."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.classroom.answer import evidence
from grader.course import load_course
from tests.classroom.samples import class_of, measured

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow
NAMES = tuple(f"s{number:02d}" for number in range(14))


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files that the users of sandboxes can pass through."""
    with tempfile.TemporaryDirectory(prefix="c-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def room(tmp_path: Path, temporary: Path) -> Path:
    """Fourteen submissions to module 02 of the course that each pass other criteria; some cannot be taken in."""
    module = next(m for m in load_course(ROOT).modules if m.number == 2)
    ids = [c.id for c in module.criteria]
    (tmp_path / "answers").mkdir()
    for number, name in enumerate(NAMES):
        said = evidence(measured(ids[number:], module=module))
        (tmp_path / f"answers/{name}.json").write_bytes(said)
    refused = {"s03": "error SubmissionError it is damaged", "s09": "error SubmissionError it has no files"}
    class_of(tmp_path / "class", **{name: refused.get(name, "sleep 0.15") for name in NAMES})
    (tmp_path / "tmp").symlink_to(temporary)
    return tmp_path


def started(room: Path, out: str, *more: str) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "tests.classroom.coordinator", str(room / "answers"), "class", str(room / "class")]
    words += ["--module", "02", "--out", str(room / out), "--sandbox", "process", "--workers", "2", "--author", "Grace"]
    env = os.environ | {
        "GRADER_CACHE": str(room / "cache"),
        "TMPDIR": str((room / "tmp").readlink()),
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen(
        [*words, *more], env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    said, error = process.communicate(timeout=60)
    return process.returncode, said + error


def count(room: Path, log: str) -> int:
    path = room / "answers" / log
    return len(path.read_text().split()) if path.is_file() else 0


def wait_for(room: Path, begun: int, process: "subprocess.Popen[str]") -> None:
    """Until so many gradings were begun, or the class has ended."""
    until = time.monotonic() + 30
    while count(room, "begun") < begun and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)


def test_killed_again_and_again_it_ends_as_if_it_had_not_been(room: Path) -> None:
    code, said = ended(started(room, "whole"))
    assert code == 1, said
    assert "12 graded now; 2 could not be taken in." in said
    whole = (room / "whole/gradebook.csv").read_bytes()
    (room / "answers/begun").unlink()
    draw = random.Random(19)
    for _ in range(5):
        process = started(room, "killed", "--resume")
        wait_for(room, count(room, "begun") + draw.choice((1, 2, 3)), process)
        time.sleep(draw.uniform(0, 0.2))
        process.kill()
        process.wait()
        process.communicate()
    code, said = ended(started(room, "killed", "--resume"))
    assert code in (0, 1), said
    assert (room / "killed/gradebook.csv").read_bytes() == whole
    # Each of the five kills may have lost two gradings that were running, and each of those was begun once more.
    assert count(room, "begun") <= len(NAMES) + 5 * 2
    assert list((room / "tmp").iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_to_and_goes_on_later(room: Path, how: signal.Signals) -> None:
    (room / "class/s01/do").write_text("sleep 60")
    process = started(room, "out")
    wait_for(room, 4, process)
    began = time.monotonic()
    process.send_signal(how)
    code, said = ended(process)
    assert (code, time.monotonic() - began < 5) == (130, True)
    assert "Stopped. What was graded is kept: the same command with --resume goes on." in said
    assert list((room / "tmp").iterdir()) == []
    (room / "class/s01/do").write_text("answer")
    code, said = ended(started(room, "out"))
    assert (code, "holds a class already" in said) == (2, True)
    code, said = ended(started(room, "out", "--resume"))
    assert (code, "were before" in said) == (1, True), said


def test_two_runs_on_one_folder_and_another_module_are_refused(room: Path) -> None:
    (room / "class/s01/do").write_text("sleep 60")
    first = started(room, "out")
    wait_for(room, 2, first)
    code, said = ended(started(room, "out", "--resume"))
    assert (code, "another run is at work on" in said) == (2, True)
    first.terminate()
    ended(first)
    code, said = ended(started(room, "out", "--resume", "--seed", "7"))
    assert (code, "is graded with" in said) == (2, True), said
    assert count(room, "begun") < len(NAMES)
