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
# Slow enough that checks are still running, however fast the machine is, when the first one has been told of.
SLOWLY_SAVED = """

import time


def _slowly(save):
    def slow_save(self, *args, **kwargs):
        time.sleep(0.5)
        return save(self, *args, **kwargs)

    return slow_save


for _model in (Post, Category, Tag):
    _model.save = _slowly(_model.save)
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
        if any(name.encode() in word for word in words) and Path(os.fsdecode(words[0])).name != "bwrap":
            pids.append(pid)
    return pids


def after_the_first_check(name: str, act: Callable[[list[int]], None]) -> Callable[[Progress], None]:
    """A step of progress that does something to the processes of that name, once, before the checks that follow."""
    done = False

    def step(progress: Progress) -> None:
        nonlocal done
        if progress.done and not done:
            done = True
            pids = found(name)
            assert pids
            act(pids)

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
    """What a machine does to a process that it has no time for: stopped at once, and going on of itself later."""
    fds = each(pids, signal.SIGSTOP)
    threading.Thread(target=go_on, args=(fds,)).start()


def go_on(fds: list[int]) -> None:
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
    assert any("Repeated alone. The first time: " in fault and first in fault for fault in told), told
    learners = for_learners(result)
    assert not [o.fault for c in learners.criteria for o in c.observations if o.fault]


def test_a_project_that_gets_no_time_for_a_while_loses_nothing(course, tmp_path, state_dir: Path) -> None:
    step = after_the_first_check("/grader/launcher.py", stop_for_a_while)
    result = graded(course, tmp_path, state_dir, edit=SLOWLY_SAVED, step=step)
    assert_full_after_repetition(result, "Your project did not ")  # take a question, or answer it, in time


def test_a_server_that_the_machine_kills_costs_nothing(course, tmp_path, state_dir: Path) -> None:
    step = after_the_first_check("pginstall18/bin/postgres", kill)
    result = graded(course, tmp_path, state_dir, edit=SLOWLY_SAVED, step=step)
    assert_full_after_repetition(result, "PostgreSQL did not answer")


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
