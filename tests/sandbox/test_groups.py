"""Control groups that a killed grader left: removed by whoever killed it, or by the next one; others are left alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.sandbox import groups, hierarchy

_OLD = time.time() - 3600


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where groups are made, as a folder: one with a file in it stands for a group with a process."""
    monkeypatch.setattr(hierarchy, "own", lambda controller="": None if controller else tmp_path)
    groups.sweep_once.cache_clear()
    yield tmp_path
    groups.sweep_once.cache_clear()


def made(path: Path, *, lived_in: bool = False, old: bool = True) -> Path:
    path.mkdir()
    if lived_in:
        (path / "cgroup.procs").touch()
    if old:
        os.utime(path, (_OLD, _OLD))
    return path


def gone_pid() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        return process.pid


def test_a_name_says_whose_it_is() -> None:
    assert groups.new_name().startswith(f"grader-{os.getpid()}-")
    assert groups.new_name() != groups.new_name()


def test_what_a_killed_process_left_is_removed_at_once(base: Path) -> None:
    left = [made(base / f"grader-{pid}-a1", old=False) for pid in (4711, 4711_0)]
    groups.sweep_of(4711)
    assert [path.exists() for path in left] == [False, True]


def test_it_is_waited_for_that_the_last_process_leaves(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = made(base / "grader-4711-a1", lived_in=True)
    monkeypatch.setattr(time, "sleep", lambda _: (group / "cgroup.procs").unlink(missing_ok=True))
    groups.sweep_of(4711)
    assert not group.exists()


def test_what_does_not_go_is_not_waited_for_any_longer(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = made(base / "grader-4711-a1", lived_in=True)
    clock = iter(range(10))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(time, "sleep", lambda _: None)
    groups.sweep_of(4711)
    assert group.exists()


@pytest.mark.parametrize(
    ("name", "lived_in", "old", "stays"),
    [
        (lambda: f"grader-{gone_pid()}-a1", False, True, False),
        (lambda: "grader-0123456789ab", False, True, False),
        (lambda: f"grader-{gone_pid()}-a1", False, False, True),
        (lambda: f"grader-{gone_pid()}-a1", True, True, True),
        (lambda: f"grader-{os.getpid()}-a1", False, True, True),
        (lambda: hierarchy.LEAF, False, True, True),
        (lambda: "somebody-else", False, True, True),
    ],
    ids=["its maker is gone", "as named before", "made just now", "lived in", "its maker runs", "leaf", "not ours"],
)
def test_the_next_grader_removes_what_is_nobody_s(
    base: Path, name: Callable[[], str], lived_in: bool, old: bool, stays: bool
) -> None:
    group = made(base / name(), lived_in=lived_in, old=old)
    groups.sweep_once()
    assert group.exists() is stays


def test_beside_the_leaf_of_version_2(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hierarchy, "own", lambda controller="": None if controller else base / hierarchy.LEAF)
    group = made(base / "grader-4711-a1")
    groups.sweep_of(4711)
    assert not group.exists()


def test_of_a_grader_that_is_killed_nothing_stays() -> None:
    """With the kernel's own groups, where this machine has any."""
    code = (
        "import time\nfrom grader.sandbox import cgroup\nfrom grader.sandbox.api import Limits\n"
        "group = cgroup.create(Limits())\nprint(*group.directories.values(), flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        directories = [Path(word) for word in killed.stdout.readline().split()]
        killed.send_signal(signal.SIGKILL)
    assert all(directory.exists() for directory in directories)
    groups.sweep_of(killed.pid)
    assert not any(directory.exists() for directory in directories)
