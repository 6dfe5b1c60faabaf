"""The folder for reports, the folder for temporary files and the cache, seen before anything is graded."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cli.destination import destination
from grader.domain.errors import EnvironmentError_, UsageError_
from grader.intake import take_in
from grader.sandbox import temporary
from grader.sandbox.rundir import RunDir

GRADER = Path(sys.executable).with_name("grader")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of two files."""
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "manage.py").touch()
    (folder / "src/a.py").touch()
    return folder


def test_a_folder_that_was_made_and_stays_empty_is_gone_again(tmp_path: Path, project: Path) -> None:
    out = tmp_path / "a" / "b"
    with destination(out, project):
        assert out.is_dir()
    assert not (tmp_path / "a").exists()
    with destination(out, project):
        (out / "result.json").touch()
    assert (out / "result.json").exists()


def _file(folder: Path) -> Path:
    (folder / "out").touch()
    return folder / "out"


def _below_a_file(folder: Path) -> Path:
    return _file(folder) / "reports"


def _nowhere(folder: Path) -> Path:
    return Path("/proc/reports")


@pytest.mark.parametrize(
    ("make", "said"),
    [(_file, "it is a file"), (_below_a_file, "Not a directory"), (_nowhere, "No such file or directory")],
)
def test_a_folder_that_cannot_be_written_is_refused_with_another(
    tmp_path: Path, project: Path, make: Callable[[Path], Path], said: str
) -> None:
    out = make(tmp_path)
    with pytest.raises(UsageError_) as caught, destination(out, project):
        raise AssertionError("graded all the same")
    assert caught.value.message == f"reports cannot be written to {out}: {said}"
    assert "--out DIR" in caught.value.hint


def test_of_two_runs_into_one_folder_the_second_is_refused(tmp_path: Path, project: Path) -> None:
    """The first goes on, and after it the folder is free: the control."""
    out = tmp_path / "out"
    with destination(out, project):
        with pytest.raises(UsageError_, match="another run is writing its reports"), destination(out, project):
            raise AssertionError("graded all the same")
        (out / "result.json").touch()
    with destination(out, project):
        pass


@pytest.mark.parametrize(
    ("place", "inside"), [(".", False), (".", True), ("out", False), ("src", False), ("src", True)]
)
def test_reports_in_the_submission_are_refused(project: Path, place: str, inside: bool) -> None:
    with (
        pytest.raises(UsageError_, match="would change what is graded"),
        destination(project / place, project, inside=inside),
    ):
        raise AssertionError("graded all the same")


def test_reports_beside_ones_own_work_are_no_part_of_it(tmp_path: Path, project: Path) -> None:
    before = take_in(project, into=tmp_path / "before")
    with destination(project / "out", project, inside=True):
        for name in ("result.json", "report.html", "summary.md"):
            (project / "out" / name).write_text("a report")
        with destination(project / "out2", project, inside=True):
            after = take_in(project, into=tmp_path / "after")
    assert after.tree_hash == before.tree_hash
    assert after.notices == ("out/ was left out: it holds reports of the grader.",)
    (project / "out/models.py").touch()  # the control: what holds anything else is the learner's own
    assert take_in(project, into=tmp_path / "control").tree_hash != before.tree_hash


def test_a_single_report_beside_ones_own_work_keeps_nobody_from_the_next_run(project: Path) -> None:
    for _ in range(2):
        with destination(project / "out", project, inside=True):
            (project / "out/junit.xml").touch()
    (project / "out/models.py").touch()
    with pytest.raises(UsageError_), destination(project / "out", project, inside=True):  # the control
        raise AssertionError("graded all the same")


def test_the_folder_for_temporary_files_is_the_one_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path.parents[1] / f"t{os.getpid()}"
    named.mkdir()
    try:
        monkeypatch.setenv("TMPDIR", str(named))
        run = RunDir()
        assert run.path.parent == named.resolve()
        run.close()
    finally:
        named.rmdir()


def test_a_name_too_long_for_sockets_is_not_taken_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * 80)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    assert temporary.folder() == long.resolve()
    assert temporary.short_folder() == Path("/tmp")


def test_a_folder_for_temporary_files_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "gone"))
    with pytest.raises(EnvironmentError_, match="gone: No such file") as caught:
        temporary.refuse_closed()
    assert "export TMPDIR=" in caught.value.hint


def test_a_folder_for_temporary_files_that_is_closed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To root, which gives way to other users. Opened for passing through, it will do: the control."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    place = Path(os.environ.get("TMPDIR", "/tmp")) / f"closed-{os.getpid()}"
    (place / "inner").mkdir(parents=True, mode=0o755)
    place.chmod(0o700)
    try:
        monkeypatch.setenv("TMPDIR", str(place / "inner"))
        with pytest.raises(EnvironmentError_) as caught:
            temporary.refuse_closed()
        assert f"{place} is closed to them (mode 0700)" in caught.value.message
        place.chmod(0o711)
        assert temporary.refuse_closed() == str(place / "inner")
    finally:
        (place / "inner").rmdir()
        place.rmdir()


@pytest.mark.parametrize(
    ("words", "env", "code", "said"),
    [
        (["--out", "/proc/reports"], {}, 2, "reports cannot be written to /proc/reports"),
        (["--out", "."], {}, 2, "would change what is graded"),
        ([], {"TMPDIR": "/nonexistent"}, 3, "temporary files cannot be written to /nonexistent"),
        (["--out", "../reports"], {"GRADER_CACHE": "/proc/cache"}, 3, "cache cannot be written to /proc/cache"),
    ],
)
def test_it_is_said_before_anything_is_graded(
    project: Path, words: list[str], env: dict[str, str], code: int, said: str
) -> None:
    command = [str(GRADER), "grade", str(project), "--module", "02", "--course", str(ROOT), *words]
    done = subprocess.run(
        command, cwd=project, env={**os.environ, **env}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == code, done.stderr
    assert said in " ".join(done.stderr.split())
    assert "What to do:" in done.stderr
    assert "Taking in" not in done.stderr
    assert sorted(path.name for path in project.iterdir()) == ["manage.py", "src"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_told_to_end_leaves_nothing_behind(tmp_path: Path, project: Path, number: int) -> None:
    """A closed terminal tells it so too."""
    room = tmp_path.parents[1] / f"r{os.getpid()}"
    room.mkdir(mode=0o755)
    code = (
        "import os, signal, sys, time\n"
        "from grader.cli import main, grade\n"
        "from grader.workspace import workspace\n"
        "def run(*_, **__):\n"
        "    with workspace() as room:\n"
        "        print(room.path, flush=True)\n"
        "        time.sleep(60)\n"
        "grade.command.callback = run\n"
        f"sys.argv = ['grader', 'grade', {str(project)!r}]\n"
        "main.main()\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(room)}, stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    place = Path(running.stdout.readline().strip())
    assert place.parent == room
    running.send_signal(number)
    running.communicate(timeout=30)
    assert running.returncode == 130
    assert list(room.iterdir()) == []
    room.rmdir()
