"""Groups of version 2, on a tree of files that refuses what the kernel refuses."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox import cgroup, hierarchy
from grader.sandbox.api import Launch, Limits
from grader.sandbox.bubblewrap import Bubblewrap


@pytest.fixture
def group(tmp_path: Path) -> Path:
    """A group that was handed to us, as files."""
    return made(tmp_path / "delegated.scope")


def made(path: Path, controllers: str = "cpu memory pids", members: str = "") -> Path:
    path.mkdir()
    for name, text in (("controllers", controllers), ("subtree_control", ""), ("type", "domain"), ("procs", members)):
        (path / f"cgroup.{name}").write_text(text)
    return path


@pytest.fixture
def stranger() -> Iterator[int]:
    """A process that descends from none of ours: its parent has gone."""
    code = "import os, time\nif os.fork():\n    os._exit(0)\nprint(os.getpid(), flush=True)\ntime.sleep(60)"
    with subprocess.Popen(["/usr/bin/env", "python3", "-c", code], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        pid = int(first.stdout.readline())
        yield pid
        os.kill(pid, 9)


def test_the_grader_moves_into_a_leaf_first(group: Path) -> None:
    (group / "cgroup.procs").write_text(f"{os.getppid()}\n{os.getpid()}\n")
    assert hierarchy.parent(group) == group
    assert (group / hierarchy.LEAF / "cgroup.procs").read_text() in (str(os.getpid()), str(os.getppid()))
    assert (group / "cgroup.subtree_control").read_text() == "+cpu"  # the file keeps the last word written


def test_from_the_leaf_groups_are_made_beside_it(group: Path) -> None:
    (group / "cgroup.subtree_control").write_text("memory pids")
    leaf = made(group / hierarchy.LEAF, members=str(os.getpid()))
    assert hierarchy.parent(leaf) == group


def test_a_group_with_strangers_is_left_alone(group: Path, stranger: int) -> None:
    (group / "cgroup.procs").write_text(f"{os.getpid()}\n{stranger}\n")
    with pytest.raises(hierarchy.Refused, match=f"{stranger} for one"):
        hierarchy.parent(group)
    assert not (group / hierarchy.LEAF).exists()
    assert (group / "cgroup.subtree_control").read_text() == ""


def test_without_the_controllers_it_says_which(tmp_path: Path) -> None:
    with pytest.raises(hierarchy.Refused, match="memory and pids not handed to"):
        hierarchy.parent(made(tmp_path / "user.slice", controllers="cpu"))


def test_the_very_root_needs_no_leaf(group: Path, stranger: int) -> None:
    (group / "cgroup.type").unlink()
    (group / "cgroup.procs").write_text(str(stranger))
    assert hierarchy.parent(group) == group
    assert not (group / hierarchy.LEAF).exists()


def test_limits_of_version_2(group: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (group / "cgroup.procs").write_text(str(os.getpid()))
    monkeypatch.setattr(hierarchy, "own", lambda *_: group)
    made_group = cgroup.create(Limits(memory_mb=64, processes=16, cpus=1.5))
    path = made_group.directories["v2"]
    assert path.parent == group
    assert made_group.held == {"memory", "processes", "cpu"}
    assert [(path / name).read_text() for name in ("memory.max", "pids.max", "cpu.max")] == [
        str(64 << 20),
        "24",
        "150000 100000",
    ]


def test_a_limit_that_is_not_taken_does_not_hold(group: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel may answer a limit with its own word, ``max``."""
    (group / "cgroup.procs").write_text(str(os.getpid()))
    monkeypatch.setattr(hierarchy, "own", lambda controller="": None if controller else group)
    real = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda self: "max" if self.name == "pids.max" else real(self))
    made_group = cgroup.create(Limits())
    assert made_group.held == frozenset()
    assert "pids.max was not taken" in made_group.why[0]


def test_the_sandbox_says_what_was_not_limited(submission: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its services count, too: whatever ran without a limit is told, and told once."""
    monkeypatch.setattr(hierarchy, "own", lambda *_: None)
    sandbox = Bubblewrap()
    service = sandbox.for_service("redis")
    for each in (sandbox, service, service):
        process = each.start(Launch(("-c", "")), submission=submission, deps=None)
        assert process.limits_held == frozenset()
        process.wait(10)
    said = sandbox.missing_limits()
    service.close()
    sandbox.close()
    assert len(said) == 4
    assert sum("the memory of redis" in line for line in said) == 1


def test_a_sandbox_with_its_limits_says_nothing(submission: Path) -> None:
    sandbox = Bubblewrap()
    process = sandbox.start(Launch(("-c", "")), submission=submission, deps=None)
    process.wait(10)
    sandbox.close()
    held = process.limits_held >= {"memory", "processes"}
    assert (sandbox.missing_limits() == ()) == held == cgroup.probe()[0].issuperset(cgroup.REQUIRED)
