"""A machine that is busy or loses a process is no fault of a learner; a project that sleeps or kills itself is."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import Course, assign, load_course, project_to
from grader.domain.course import State
from grader.domain.progress import Progress
from grader.domain.result import Result
from grader.domain.status import Status
from grader.pipeline import Options, grade
from grader.report import for_learners
from grader.sandbox.load import usage

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ONLY = ("domain.slug-made",)
# Longer than one answer may take, so that the check that is hit fails the first time.
STOPPED_S = 18.0
MODELS = "src/apps/posts/models.py"
# In what one kind of case of the criterion does, and no other: it looks a post up again.
IN_FROM_DB = """

_kept = Post.from_db.__func__


@classmethod
def _from_db(cls, *args, **kwargs):
    {}
    return _kept(cls, *args, **kwargs)


Post.from_db = _from_db
"""


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(ROOT)


def nothing(step: Progress) -> None:
    """What is done beside a grading that is left alone."""


def graded(
    course: Course, room: Path, state_dir: Path, *, edit: str = "", step: Callable[[Progress], None] = nothing
) -> Result:
    """Solution 02 on a few checks, with something added to its models."""
    solution = project_to(course, State(2, True), room / "solution")
    path = solution / MODELS
    path.write_text(path.read_text() + edit)
    options = Options(state_dir, seed=7, criteria=ONLY)
    return grade(solution, assign(course, 2, room), options, progress=step)


def found(name: str) -> list[int]:
    """The processes below this one whose command line has that name in it, outermost first."""
    pids = []
    for pid in sorted(usage()):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(name.encode() in word for word in words) and words[0] != b"bwrap":
            pids.append(pid)
    return pids


def after_the_first_check(name: str, act: Callable[[list[int]], None]) -> Callable[[Progress], None]:
    """A step of progress that does something to the processes of that name, once, beside the checks that follow."""
    done: list[threading.Thread] = []

    def step(progress: Progress) -> None:
        if progress.done and not done:
            assert found(name)
            done.append(threading.Thread(target=act, args=(found(name),)))
            done[0].start()

    return step


def each(pids: list[int], sign: signal.Signals) -> list[int]:
    """Send a signal to those that still run: forks for single checks end at any moment. Return their pidfds."""
    fds = []
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            fds.append(os.pidfd_open(pid))
            signal.pidfd_send_signal(fds[-1], sign)
    return fds


def stop_for_a_while(pids: list[int]) -> None:
    """What a machine does to a process that it has no time for."""
    fds = each(pids, signal.SIGSTOP)
    time.sleep(STOPPED_S)
    for fd in fds:
        with contextlib.suppress(ProcessLookupError):  # the grader may have given it up meanwhile
            signal.pidfd_send_signal(fd, signal.SIGCONT)
        os.close(fd)


def kill(pids: list[int]) -> None:
    for fd in each(pids, signal.SIGKILL):
        os.close(fd)


def assert_full_after_repetition(result: Result, first: str) -> None:
    """Full marks, after a first time that would have cost some: else nothing was proved."""
    told = [o.fault for c in result.criteria for o in c.observations if o.fault]
    assert result.graded, told
    assert result.score == result.max_score
    assert any("Repeated alone. The first time: " in fault and first in fault for fault in told)
    learners = for_learners(result)
    assert not [o.fault for c in learners.criteria for o in c.observations if o.fault]


def test_a_project_that_gets_no_time_for_a_while_loses_nothing(course, tmp_path, state_dir: Path) -> None:
    step = after_the_first_check("/grader/launcher.py", stop_for_a_while)
    assert_full_after_repetition(graded(course, tmp_path, state_dir, step=step), "did not answer within")


def test_a_server_that_the_machine_kills_costs_nothing(course, tmp_path, state_dir: Path) -> None:
    step = after_the_first_check("pginstall18/bin/postgres", kill)
    assert_full_after_repetition(graded(course, tmp_path, state_dir, step=step), "PostgreSQL did not answer")


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        pytest.param("import time; time.sleep(20)", "did not answer within 15 s", id="sleeps"),
        pytest.param("import os; os.kill(os.getpid(), 9)", "(signal 9)", id="kills-its-check"),
        pytest.param("import os; os.kill(os.getppid(), 9)", "ended the process", id="kills-its-parent"),
    ],
)
def test_what_a_project_does_each_time_is_its_own_fault(
    course, tmp_path, state_dir: Path, deed: str, told: str
) -> None:
    result = graded(course, tmp_path, state_dir, edit=IN_FROM_DB.format(deed))
    assert result.graded
    assert [c.status for c in result.criteria] == [Status.FAILED]
    assert result.criteria[0].observations
    assert any(told in o.observed for o in result.criteria[0].observations)
