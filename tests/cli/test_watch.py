"""`grader watch`: a session of edits, and how it ends."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.held import Family
from grader.cli.watch import saves
from grader.course import build_solution, load_course
from grader.intake.saved import marks

ROOT = Path(__file__).parents[2]
GRADER = Path(sys.executable).with_name("grader")
WAITING = "Waiting for the next save"
SERVICES = "src/apps/comments/services.py"


class Session:
    """A `grader watch` that runs, with a folder for temporary files of its own; what it wrote, in ``text``."""

    def __init__(self, project: Path, room: Path, state_dir: Path) -> None:
        self.temporary = Path(tempfile.mkdtemp(prefix="watched-"))
        self.temporary.chmod(0o755)  # pytest's own folders are closed to the users of a sandbox
        env = {**os.environ, "TMPDIR": str(self.temporary), "GRADER_CACHE": str(state_dir)}
        words = [str(GRADER), "watch", str(project), "--module", "02", "--out", str(room / "out")]
        self.process = subprocess.Popen(
            words,
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.text, self.family = "", Family(self.process.pid)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.text += line

    def wait_for(self, words: str, after: int = 0, seconds: float = 240) -> int:
        """The place in the text behind these words; fails with all that was written if they do not come."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and self.process.poll() is None:
            if (found := self.text.find(words, after)) >= 0:
                return found + len(words)
            time.sleep(0.05)
        raise AssertionError(f"{words!r} did not come: {self.text[after:]}")

    def end(self, ending: signal.Signals) -> float:
        """Seconds that it takes to end by this signal."""
        self.family.members()
        since = time.monotonic()
        self.process.send_signal(ending)
        self.process.wait(30)
        self._reader.join(5)
        return time.monotonic() - since

    def left(self) -> list[str]:
        """What is left of it: files, processes, control groups that it had at its end."""
        files = [path.name for path in self.temporary.iterdir()]
        return [*files, *map(str, self.family.members()), *self.family.groups()]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The solution of module 02."""
    return build_solution(load_course(ROOT), 2, tmp_path / "project")


@pytest.fixture
def session(project: Path, tmp_path: Path, usual_state_dir: Path) -> Iterator[Session]:
    running = Session(project, tmp_path, usual_state_dir)
    yield running
    if running.process.poll() is None:
        os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()
    shutil.rmtree(running.temporary, ignore_errors=True)


@pytest.mark.slow(minutes=3)
def test_a_session_of_edits(session: Session, project: Path) -> None:
    """What broke is named, what failed last is told first once it is mended, and a syntax error ends nothing."""
    path = project / SERVICES
    right = path.read_text()
    place = session.wait_for(WAITING, session.wait_for("All public checks pass"))
    assert "Only a part of the module" not in session.text
    assert "still open" not in session.text
    path.write_text(right + "\nraise SystemExit\n")
    place = session.wait_for(": fails now", session.wait_for(f"{SERVICES} changed.", place))
    place = session.wait_for("1 criterion is still open", place)
    place = session.wait_for(WAITING, place)
    path.write_text(right)
    place = session.wait_for(": passes now", session.wait_for(f"{SERVICES} changed.", place))
    place = session.wait_for(WAITING, place)
    assert session.text.count("still open") == 1
    (project / "src/apps/comments/models.py").write_text("class (:\n")
    session.wait_for(WAITING, session.wait_for("The project does not start", place))
    assert session.end(signal.SIGINT) < 2
    assert session.left() == []


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_in_the_middle_of_the_checks(session: Session, ending: signal.Signals) -> None:
    session.wait_for("Running the checks")
    time.sleep(1)  # by now the sandbox and the project in it are being started
    assert session.end(ending) < 2
    assert session.left() == []
    assert "Stopped. Nothing was left behind." in session.text
    assert session.process.returncode == 130


def test_several_files_saved_together_are_one_save(tmp_path: Path) -> None:
    """A slow editor is waited for: what comes while files are still being written belongs to them."""
    seen = marks(tmp_path)

    def write() -> None:
        for name in "abc":
            (tmp_path / name).write_text(name)
            time.sleep(0.03)

    writer = threading.Thread(target=write)
    writer.start()
    found = next(saves(tmp_path, seen))
    writer.join()
    assert found == ("a", "b", "c")


def test_what_is_saved_while_the_checks_run_comes_next(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    coming = saves(tmp_path, {})
    assert next(coming) == ("a",)
    (tmp_path / "b").write_text("1")
    assert next(coming) == ("b",)


@pytest.mark.parametrize("words", [["watch", "README.md", "--module", "02"], ["watch", "no-such", "--module", "02"]])
def test_only_a_folder_can_be_watched(words: list[str]) -> None:
    shown = subprocess.run([str(GRADER), *words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert shown.returncode == 2
    assert words[1] in shown.stderr
