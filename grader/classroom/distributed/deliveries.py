"""What a worker does with a message: refuses it, drops it, gives it back, or grades and answers."""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path
from threading import Event

from msgspec import structs

from grader import __version__
from grader.children import Children
from grader.classroom.answer import minutes
from grader.classroom.distributed.desk import Desk
from grader.classroom.distributed.envelope import Forged, Key, Purpose
from grader.classroom.distributed.messages import LARGEST_TASK, Answer, Malformed, Work, decode, encode
from grader.classroom.distributed.metrics import Metrics
from grader.classroom.distributed.parcel import LARGEST
from grader.classroom.distributed.store import Store, StoreError, Tampered
from grader.classroom.distributed.unpacking import unpack
from grader.classroom.executors import Apart
from grader.classroom.people import Finished, Task
from grader.domain.errors import CourseError, GraderError
from grader.pipeline import Job

MOST_DELIVERIES = 3
LOG = logging.getLogger("grader.worker")
_LONGEST_WAIT_S = 60.0
_SHOWN = 12  # characters of an id in a log
_DOUBTFUL_S = 5.0  # before a worker that grades nothing rightly takes the next one from others


class Taken(Enum):
    """What became of a message: ``DONE`` is over, ``REFUSED`` was never anything, ``GIVEN_BACK`` is somebody's yet."""

    DONE = auto()
    REFUSED = auto()
    GIVEN_BACK = auto()


@dataclass(frozen=True, slots=True)
class Assigned:
    """How this worker grades an assignment: the name of its checks, and the program of one grading."""

    basis: str
    program: Sequence[str]


@dataclass(slots=True)
class Deliveries:
    """The gradings of one worker. ``assigned`` says how an assignment is graded, ``None`` if it is not known here.

    All temporary files go to ``room``. What may take more than ``longest_s`` seconds is not begun, nor what is to run
    without isolation unless ``allow_process``. Once ``stopping`` is set, whatever is under way is given back to the
    broker, for another worker.
    """

    key: Key
    store: Store
    assigned: Callable[[str], Assigned | None]
    children: Children
    room: Path
    state_dir: Path
    longest_s: float
    name: str
    slots: int
    metrics: Metrics
    stopping: Event = field(default_factory=Event)
    allow_process: bool = False
    doubtful_s: float = _DOUBTFUL_S
    _failed: int = 0

    def take(self, sealed: object) -> Taken:
        """Deals with one message, whatever it is; it may take as long as a grading."""
        if self.stopping.is_set():
            return Taken.GIVEN_BACK
        try:
            work = self._opened(sealed)
        except (Forged, Malformed) as problem:
            why = "it is not signed with the key of this worker" if isinstance(problem, Forged) else problem
            LOG.warning("Refused a message, and ran nothing of it: %s.", why)
            self.metrics.not_graded("refused")
            return Taken.REFUSED
        try:
            taken = self._deal_with(work)
            self._failed = 0
        except StoreError as problem:
            self._failed += 1
            wait = min(2.0**self._failed, _LONGEST_WAIT_S)
            LOG.error("%s is given back, in %g s: %s. %s", _brief(work), wait, problem.message, problem.hint)
            self.stopping.wait(wait)
            return Taken.GIVEN_BACK
        return taken

    def _opened(self, sealed: object) -> Work:
        if not isinstance(sealed, str) or len(sealed) > LARGEST_TASK:
            raise Malformed("it is no text of a task")
        return decode(Work, self.key.opened(Purpose.TASK, sealed.encode("utf-8", "replace")))

    def _deal_with(self, work: Work) -> Taken:
        desk = Desk(self.store, work.run)
        if why := _needless(desk, work):
            LOG.info("Dropped %s: %s.", _brief(work), why)
            self.metrics.not_graded("dropped")
            return Taken.DONE
        begun = len(desk.noted(work.id).begun)
        if begun >= MOST_DELIVERIES:
            self._answer(desk, work, _given_up(begun), counted="given_up")
            return Taken.DONE
        delivery = os.urandom(8).hex()
        desk.begin(work, delivery)
        try:
            finished = self._finished(desk, work)
        except StoreError:
            desk.unbegin(work, delivery)
            raise
        if self.stopping.is_set() and finished.outcome == "errored":
            desk.unbegin(work, delivery)
            LOG.info("Gave %s back: this worker ends.", _brief(work))
            self.metrics.ended("given_back")
            return Taken.GIVEN_BACK
        self._answer(desk, work, finished, counted=finished.outcome)
        return Taken.DONE

    def _finished(self, desk: Desk, work: Work) -> Answer:
        """The answer to be. What one submission does to us must not end the worker."""
        LOG.info("Began with %s.", _brief(work))
        with self.metrics.in_progress.track_inprogress(), self.metrics.seconds.time():
            try:
                return self._graded(desk, work)
            except StoreError:
                raise
            except CourseError as problem:
                return structs.replace(_errored(problem.message, problem.hint), wrong_course=True)
            except _Unable as problem:
                self.stopping.wait(self.doubtful_s)
                return _errored(problem.message, problem.hint, again=True)
            except Exception as problem:
                LOG.exception("A grading came to nothing.")
                return _errored(f"the worker {self.name} failed: {type(problem).__name__}", "See its log.", again=True)

    def _graded(self, desk: Desk, work: Work) -> Answer:
        assigned = self._fitting(work)
        own = Path(tempfile.mkdtemp(prefix="s-", dir=self.room))
        own.chmod(0o711)  # the sandbox's own user passes through, and may not list
        try:
            source = self._fetched(desk, work, own)
            job = Job(source, work.assignment, replace(work.options, state_dir=self.state_dir))
            grade = Apart(assigned.program, self.children, self.room, work.limit_s)
            return _as_answer(grade(Task(0, job, work.blob)))
        finally:
            shutil.rmtree(own, ignore_errors=True)

    def _fitting(self, work: Work) -> Assigned:
        """How to grade it, if this worker grades as the coordinator means it."""
        assigned = self.assigned(work.assignment)
        if assigned is None or (assigned.basis, __version__) != (work.basis, work.grader):
            what = "no such assignment" if assigned is None else "other checks, or another grader, than the coordinator"
            raise _Unable(f"the worker {self.name} has {what}", "Bring the course of all workers up to date.")
        if work.limit_s > self.longest_s:
            said = f"it may take {minutes(work.limit_s)}, and the worker {self.name} begins nothing above"
            raise _Unable(f"{said} {minutes(self.longest_s)}", "Start the workers with as many --minutes.")
        if work.options.sandbox == "process" and not self.allow_process:
            said = f"it was to be graded without isolation, which the worker {self.name} does not do"
            raise _Unable(said, "Leave --sandbox process out.")
        return assigned

    def _fetched(self, desk: Desk, work: Work, own: Path) -> Path:
        packed = own / "packed"
        try:
            if not self.store.fetch(desk.blob(work.blob), work.blob, packed, 2 * LARGEST):
                raise _Unable("what was handed in is not in the store", "See that nobody clears it, and run it again.")
            with packed.open("rb") as file:
                source = unpack(file, own)
        except Tampered:
            raise _Unable(
                "what was handed in has been changed in the store: it is not what was sent, and was not graded",
                "See who can write to the store, and run it again.",
            ) from None
        except ValueError as problem:
            raise _Unable(f"what was handed in cannot be unpacked: {problem}", "Run it again.") from None
        except OSError as problem:
            said = f"what was handed in cannot be unpacked on the worker {self.name}: {problem.strerror}"
            raise _Unable(said, "Look at its disk.") from None
        packed.unlink()
        return source

    def _answer(self, desk: Desk, work: Work, answer: Answer, *, counted: str) -> None:
        own = structs.replace(answer, id=work.id, ticket=work.ticket, worker=self.name, slots=self.slots)
        desk.answer(work, self.key.seal(Purpose.ANSWER, encode(own)))
        LOG.info("Answered %s: %s, %g s.", _brief(work), counted, answer.seconds)
        self.metrics.ended(counted)


class _Unable(GraderError):
    """This worker cannot grade it, and another may be able to."""


def _needless(desk: Desk, work: Work) -> str:
    """Why nobody needs what was delivered; "" if somebody does."""
    try:
        sent = desk.sent(work.id)
    except (Malformed, Tampered):
        sent = None
    if sent is None:
        desk.store.refuse_absent()
        return "nobody waits for it any more"
    if sent.ticket != work.ticket:
        return "it was sent again since"
    return "it is answered already" if work.ticket in desk.noted(work.id).answered else ""


def _given_up(begun: int) -> Answer:
    said = f"given up after {begun} deliveries: each time the worker that graded it came to its end"
    return _errored(said, "Grade it by itself, and look at the log of the workers.")


_BLANK = Answer("0" * 64, "0" * 32, "", 1, "errored", 0.0)


def _errored(message: str, hint: str, *, again: bool = False) -> Answer:
    return structs.replace(_BLANK, message=message, hint=hint, again=again)


def _as_answer(finished: Finished) -> Answer:
    return structs.replace(
        _BLANK,
        outcome=finished.outcome,
        seconds=finished.seconds,
        measured=finished.measured,
        message=finished.message,
        hint=finished.hint,
        again=finished.again,
    )


def _brief(work: Work) -> str:
    return f"{work.id[:_SHOWN]} of class {work.run[:_SHOWN]}"
