"""The measurement of `grader watch`: edits that undo themselves, and what counts as held on to."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.edits import TURN, Desk, Edit
from benchmarks.held import Family, Held
from benchmarks.watching import grown
from grader.course import build_solution, load_course
from grader.sandbox import groups

ROOT = Path(__file__).parents[2]
STEADY = Held(
    processes=12, descriptors=10, all_descriptors=70, memory_mb=40, all_mb=160, temporary=4, kept=11, groups=2
)
# A process in a control group of its parent's, as a sandbox is in one of the grader's.
GROUPED = """
import subprocess, sys, time
from grader.sandbox import cgroup
from grader.sandbox.api import Limits
group = cgroup.create(Limits())
told = "import sys, time; print(*sys.argv[1:], flush=True); time.sleep(60)"
names = {path.name for path in group.directories.values()}
subprocess.run([*group.prefix(), sys.executable, "-c", told, *names])
"""


@pytest.fixture(scope="module")
def solution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is edited."""
    return build_solution(load_course(ROOT), 2, tmp_path_factory.mktemp("edited") / "project")


def texts(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("edit", TURN, ids=lambda edit: edit.name)
def test_each_edit_changes_something_and_is_undone(solution: Path, edit: Edit) -> None:
    right = texts(solution)
    before = Desk(solution).make(edit)
    assert texts(solution) != right
    Desk(solution).undo(before)
    assert texts(solution) == right


def test_a_family_has_those_whose_parent_has_ended() -> None:
    """A process that was left behind by another still belongs to whoever started them."""
    code = "import subprocess, sys; print(subprocess.Popen(['/bin/sleep', '60'], stdout=2).pid, flush=True)"
    started = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    with started:
        assert started.stdout is not None
        orphan = int(started.stdout.readline())
    family = Family(started.pid)
    assert family.members() == {orphan}
    subprocess.run(["/bin/kill", str(orphan)], check=True)


def test_what_a_process_holds(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with subprocess.Popen(["/bin/sleep", "60"], start_new_session=True) as process:
        held = Family(process.pid).held(tmp_path, tmp_path)
        process.kill()
    assert (held.processes, held.descriptors, held.temporary) == (1, held.all_descriptors, 1)
    assert 0 < held.memory_mb == held.all_mb < 50


def test_control_groups_are_told_as_long_as_they_are_there() -> None:
    """Empty ones as well: what was the family's stays so. A machine that makes none has none to tell."""
    with subprocess.Popen([sys.executable, "-c", GROUPED], stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        names = set(killed.stdout.readline().split())
        family = Family(killed.pid)
        assert len(family.members()) == 2
        assert family.groups() == names
        child = (family.members() - {killed.pid}).pop()
        killed.kill()
    subprocess.run(["/bin/kill", "-9", str(child)], check=True)
    assert family.groups() == names
    groups.sweep_of(killed.pid)
    assert family.groups() == set()


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({}, []),
        ({"memory_mb": 65.0, "all_mb": 200.0}, []),
        ({"groups": 6}, ["groups"]),
        ({"descriptors": 20, "all_mb": 260.0}, ["descriptors", "all_mb"]),
        ({"processes": 3}, []),
    ],
)
def test_what_has_grown_is_named(more: dict[str, float], names: list[str]) -> None:
    """What the first turn brings is no growth: only from the second on does it count."""
    small = replace(STEADY, processes=1, memory_mb=1, all_mb=1, groups=0)
    assert grown([small, STEADY, replace(STEADY, **more)]) == names  # type: ignore[arg-type]


def test_of_two_turns_the_first_is_the_measure() -> None:
    assert grown([STEADY, replace(STEADY, groups=9)]) == ["groups"]
    assert grown([STEADY]) == []
