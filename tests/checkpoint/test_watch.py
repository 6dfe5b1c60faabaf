"""Trusted processes, watched from outside: stuck ones are ended, what they had ended counts, none outlives a run."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.checkpoint.run import watch
from grader.domain.evidence import Evidence
from grader.domain.status import Status
from grader.sandbox.load import usage

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
STUCK = 'import re\n    re.match("(a+)+$", "a" * 60 + "b")'
GREEDY = "kept = [bytearray(64 << 20) for _ in range(40)]\n    assert kept"
CHECKS = '''
from grader.checkpoint import check

@check("watched.first")
def test_first():
    """The first holds."""

@check("watched.second")
def test_second():
    """The second has trouble on the trusted side."""
    {trouble}

@check("watched.third")
def test_third():
    """The third holds."""
'''


def watched(run, folder: Path, trouble: str, lanes: int = 1) -> Evidence:
    (folder / "hidden").mkdir()
    (folder / "hidden" / "test_watched.py").write_text(CHECKS.format(trouble=trouble))
    return run(checks=folder, lanes=lanes)


def statuses(evidence: Evidence) -> list[Status]:
    return [o.status for o in evidence.observations]


@pytest.mark.parametrize("lanes", [1, 2])
def test_a_process_that_is_stuck_in_c_code_is_replaced(run, tmp_path, monkeypatch, lanes: int) -> None:
    """No thread of its own runs then: the expression holds the interpreter, for longer than a life."""
    monkeypatch.setattr(watch, "MOST_CPU_S", 3.0)
    evidence = watched(run, tmp_path, STUCK, lanes)
    assert statuses(evidence) == [Status.PASSED, Status.ERRORED, Status.PASSED]
    assert "processor time of its own in watched::second" in evidence.observations[1].fault
    assert evidence.isolated


def test_only_the_watch_ends_it(run, tmp_path, monkeypatch) -> None:
    """The control: with no limit of the watch, the process is still there when the whole run is ended."""
    monkeypatch.setattr(watch, "MOST_CPU_S", 1e9)
    monkeypatch.setattr("grader.checkpoint.run.opened.SPARE_S", -1192.0)
    began = time.monotonic()
    evidence = watched(run, tmp_path, STUCK)
    assert time.monotonic() - began > 8
    assert statuses(evidence) == [Status.PASSED, Status.ERRORED, Status.ERRORED]
    assert "The run took more than 8 s." in evidence.observations[2].fault


def test_a_process_may_not_take_the_machines_memory(run, tmp_path) -> None:
    evidence = watched(run, tmp_path, GREEDY)
    assert statuses(evidence) == [Status.PASSED, Status.ERRORED, Status.PASSED]
    assert "MemoryError" in evidence.observations[1].fault


def test_that_much_memory_is_there_to_be_taken(run, tmp_path) -> None:
    """The control: the same work under the limit that the process could set itself passes."""
    raised = "import resource\n    resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))\n    " + GREEDY
    assert statuses(watched(run, tmp_path, raised)) == [Status.PASSED] * 3


def test_a_process_that_is_killed_loses_only_what_it_was_at(run, tmp_path) -> None:
    evidence = watched(run, tmp_path, "import os\n    os.kill(os.getpid(), 9)")
    assert statuses(evidence) == [Status.PASSED, Status.ERRORED, Status.PASSED]
    assert "ended with -9" in evidence.observations[1].fault


GRADE = """
import sys
from pathlib import Path
from grader.course import assign, load_course, project_to
from grader.domain.course import State
from grader.pipeline import Options, grade
course, room = load_course(Path(sys.argv[1])), Path(sys.argv[2])
solution = project_to(course, State(2, True), room / "solution")
options = Options(Path(sys.argv[3]), lanes=2)
grade(solution, assign(course, 2, room), options, progress=lambda step: print(step.done, flush=True))
"""


def living(pids: set[int]) -> set[int]:
    """Those of these processes that still run."""
    found = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state not in "ZX":
            found.add(pid)
    return found


def test_a_runner_that_is_killed_leaves_no_process(tmp_path, state_dir: Path) -> None:
    """Lanes, sandboxes and servers end with the process that started the grading, even one that gets SIGKILL."""
    words = [sys.executable, "-c", GRADE, str(ROOT), str(tmp_path), str(state_dir)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= 3:  # both lanes, PostgreSQL and the project are there by now
            break
    below = {pid for pid in usage(process.pid) if Path(f"/proc/{pid}").exists()} - threads(process.pid)
    assert len(living(below)) > 10
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 5
    while living(below) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert living(below) == set()


def threads(pid: int) -> set[int]:
    return {int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()}


PARENT = """
import os, subprocess, sys, time
reader, writer = os.pipe()
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], str(reader)], pass_fds=[reader])
print(child.pid, flush=True)
time.sleep(60)
"""
CHILD = """
import re, sys, threading
from grader.checkpoint.run import guard
{bound}
re.match("(a+)+$", "a" * 60 + "b")
"""


@pytest.mark.parametrize(
    ("bound", "survives"),
    [
        pytest.param("guard.guard(int(sys.argv[1]))", False, id="guarded"),
        pytest.param(
            "threading.Thread(target=guard._end_with_runner, args=(int(sys.argv[1]),)).start()", True, id="not"
        ),
    ],
)
def test_a_process_that_is_stuck_ends_with_its_runner(bound: str, survives: bool) -> None:
    """The control is a thread that waits for the runner's end: it never gets the interpreter."""
    words = [sys.executable, "-c", PARENT, CHILD.format(bound=bound)]
    parent = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    while watch.cpu_seconds(child) < 1:
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    time.sleep(1)
    assert bool(living({child})) == survives
    if survives:
        os.kill(child, signal.SIGKILL)
