"""The run of `grader worker`: a process for each queue, which puts together what takes, grades and answers."""

import ctypes
import fcntl
import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from grader.children import Children
from grader.classroom.distributed.broker import PERFORMANCE, connect
from grader.classroom.distributed.deliveries import Assigned, Deliveries
from grader.classroom.distributed.metrics import Metrics
from grader.classroom.distributed.store import Store
from grader.classroom.distributed.worker import serve as work
from grader.classroom.distributed.worker import worker_name
from grader.classroom.held import room
from grader.cli.class_grading import program
from grader.cli.class_run import Remote
from grader.course import assign, load_course
from grader.domain.errors import UsageError_
from grader.pipeline import checks_hash
from grader.sandbox.select import open_sandbox

_PR_SET_PDEATHSIG = 1
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command was asked for; ``metrics`` is a host and a port, ``longest_s`` bounds what is begun.

    With ``allow_process`` gradings without isolation are done too, if the coordinator asks for them.
    """

    course: Path
    remote: Remote
    workers: int
    longest_s: float
    metrics: tuple[str, int] | None
    state_dir: Path
    allow_process: bool


def serve(wanted: Wanted, queues: tuple[str, ...]) -> int:
    """Works at the queues until a signal ends it: the exit code."""
    logging.basicConfig(level=logging.INFO, format=_FORMAT)
    for name in ("celery.app.trace", "celery.worker.strategy"):  # what they say of each task we say better
        logging.getLogger(name).setLevel(logging.ERROR)
    Store(wanted.remote.store).check()
    if not wanted.allow_process:  # else it would take one task after the other, and grade none
        open_sandbox("auto", state_dir=wanted.state_dir).close()
    if len(queues) == 1:
        _serve(wanted, queues[0], 0)
        return 0
    return _beside_each_other(wanted, queues)


def _serve(wanted: Wanted, queue: str, number: int) -> None:
    children = Children("the worker")
    metrics = Metrics(queue)
    with _alone(wanted.state_dir, queue), _room(wanted.state_dir, queue) as place:
        if wanted.metrics is not None:
            metrics.serve(wanted.metrics[0], wanted.metrics[1] + number)
        deliveries = Deliveries(
            key=wanted.remote.key,
            store=Store(wanted.remote.store),
            assigned=lambda slug: _assigned(wanted.course, slug, place),
            children=children,
            room=place,
            state_dir=wanted.state_dir,
            longest_s=wanted.longest_s,
            name=worker_name(queue),
            slots=1 if queue == PERFORMANCE else wanted.workers,
            metrics=metrics,
            allow_process=wanted.allow_process,
        )
        work(connect(wanted.remote.broker, longest_s=wanted.longest_s), queue, deliveries)


def _assigned(course_dir: Path, slug: str, place: Path) -> Assigned | None:
    """Read anew for each grading: a course that was brought up to date meanwhile counts, in both directions."""
    course = load_course(course_dir)
    number = next((m.number for m in course.modules if m.slug == slug and m.criteria), None)
    if number is None:
        return None
    checks = assign(course, number, place).checks(public_only=False)  # a control is each grading's own
    return Assigned(checks_hash(checks), program(course_dir, number))


@contextmanager
def _alone(state_dir: Path, queue: str) -> Iterator[None]:
    """One worker of a machine measures time; of the others there may be several."""
    if queue != PERFORMANCE:
        yield
        return
    path = state_dir / "performance-worker.lock"
    with path.open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError_(
                "another worker of this machine takes the queue performance already",
                "One at a time measures time on a machine: leave this one out, or name --queues checks.",
            ) from None
        yield


@contextmanager
def _room(state_dir: Path, queue: str) -> Iterator[Path]:
    """A folder for temporary files; that of a worker before, which was killed, goes."""
    note = state_dir / f"worker-{queue}.room"
    before = note.read_text() if note.is_file() else ""
    with room(before) as place:
        note.write_text(str(place))
        yield place


def _beside_each_other(wanted: Wanted, queues: tuple[str, ...]) -> int:
    """A process for each queue. Where one ends, all do: half a worker would look like a whole one."""
    children = {_forked(wanted, queue, number): queue for number, queue in enumerate(queues)}

    told: set[int] = set()

    def end(signum: int, frame: FrameType | None) -> None:
        for pid in children:
            told.add(pid)
            os.kill(pid, signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    worst = 0
    while children:
        pid, status = os.wait()
        if pid not in children:
            continue
        del children[pid]
        worst = max(worst, abs(os.waitstatus_to_exitcode(status)))
        if not told:  # a second signal would cut off what the others are at
            end(signal.SIGTERM, None)
    return worst


def _forked(wanted: Wanted, queue: str, number: int) -> int:
    """The process of one queue, which ends with this one."""
    parent = os.getpid()
    if pid := os.fork():
        return pid
    from grader.cli.console import explain

    code = 3
    try:
        os.setsid()  # Ctrl-C in the terminal reaches the parent alone
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == parent:
            _serve(wanted, queue, number)
        code = 0
    except Exception as problem:
        code = explain(problem)
    finally:
        logging.shutdown()
        os._exit(code)
