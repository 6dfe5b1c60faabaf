"""The executor whose gradings run on other machines: it sends tasks ahead, and takes each answer once.

The store remembers what was sent. So a coordinator that was killed goes on from there, and what workers did meanwhile
is not done again; whatever a broker delivers twice, there is one answer for a task, and it is taken once.
"""

import secrets
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Protocol

import msgspec

from grader import __version__
from grader.classroom.distributed.desk import Desk, Notes
from grader.classroom.distributed.envelope import Forged, Key, Purpose
from grader.classroom.distributed.messages import Answer, Malformed, Sent, Work, decode, encode
from grader.classroom.distributed.parcel import pack
from grader.classroom.distributed.store import Tampered
from grader.classroom.executors import Source
from grader.classroom.people import Finished, Task
from grader.domain.errors import CourseError, EnvironmentError_, SubmissionError
from grader.intake.names import shown
from grader.pipeline import Options

_POLL_S, _POLL_FAR_S = 0.3, 2.0  # a folder costs nothing to look at; of a bucket each look is paid for
_LOOK_AFTER_S = 20.0
_UNTAKEN_S = 60.0
_PAUSE_S = 5.0


class Broker(Protocol):
    """What takes messages to workers."""

    def publish(self, sealed: str) -> None:
        """Sends a message. Raises ``EnvironmentError_`` if it is not taken."""
        ...

    def ready(self) -> int:
        """How many messages no worker has taken yet. Raises ``EnvironmentError_``."""
        ...


@dataclass(slots=True)
class _Waiting:
    task: Task
    tickets: set[str]  # of every sending of it that this run knows
    since: float  # of the last sign of it
    notes: Notes = field(default_factory=Notes)

    @property
    def answer(self) -> str:
        """The ticket of a sending that is answered."""
        return next(iter(self.tickets & self.notes.answered), "")


@dataclass(slots=True)
class Coordinator:
    """Keeps ``Executor``. At most ``ahead`` tasks are with the broker and the workers at a time.

    A task of which there has been no sign for ``patience_s`` seconds, and which waits in no queue, was lost with a
    broker that keeps nothing: it is sent again. ``say`` is given sentences for people.
    """

    desk: Desk
    broker: Broker
    key: Key
    basis: str
    limit_s: float
    room: Path
    ahead: int
    patience_s: float
    say: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    _slots: dict[str, int] = field(default_factory=dict)
    _looked: float = field(default_factory=time.monotonic)
    _untaken: bool = False
    _paused: bool = False

    @property
    def workers(self) -> int:
        """How many gradings the workers do at a time, of whom there was an answer."""
        return sum(self._slots.values()) or 1

    def run(self, tasks: Iterator[Task | None]) -> Generator[Finished]:
        """See ``Executor``.

        While the broker or the store cannot be reached it pauses, and goes on by itself.

        Raises:
            CourseError: the course is wrong.
        """
        waiting: dict[str, _Waiting] = {}
        source, complete = Source(tasks), False
        try:
            while source.has_more or waiting:
                for task in source.drawn(lambda: len(waiting) < self.ahead):
                    if (unsent := self._insist(partial(self._send, task, waiting))) is not None:
                        yield unsent
                arrived = self._insist(partial(self._arrived, waiting))
                for name in arrived:
                    yield self._insist(partial(self._taken, name, waiting[name]))
                    del waiting[name]
                    self._insist(partial(self.desk.forget, name))  # it is in the journal by now
                if not arrived:
                    self._insist(partial(self._look_after, waiting))
                    self.sleep(_POLL_S if self.desk.store.is_local else _POLL_FAR_S)
            self._insist(self.desk.clear)
            complete = True
        finally:
            if not complete:
                self._withdraw(waiting)

    def _insist[T](self, do: Callable[[], T]) -> T:
        """Does it, as often as it takes: each of these may be done again after it failed half way."""
        while True:
            try:
                done = do()
            except EnvironmentError_ as problem:
                if not self._paused:
                    self.say(f"Paused: {problem.message}. It goes on by itself; Ctrl-C ends it, to be resumed.")
                self._paused = True
                self.sleep(_PAUSE_S)
            else:
                if self._paused:
                    self.say("It goes on.")
                self._paused = False
                return done

    def _send(self, task: Task, waiting: dict[str, _Waiting]) -> Finished | None:
        """Sends the task, unless a run before this one has; what came of it if it cannot be sent."""
        name = self._name(task)
        sent = self._sent(name)
        if sent is not None and sent.published:
            waiting[name] = _Waiting(task, {sent.ticket}, time.monotonic())
            return None
        try:
            ticket = self._publish(task, name, sent.ticket if sent else "")
        except SubmissionError as problem:
            return Finished(task, "errored", 0.0, message=problem.message, hint=problem.hint)
        except OSError as problem:
            said = f"{shown(task.job.source.name)} cannot be packed: {problem.strerror}"
            return Finished(task, "errored", 0.0, message=said, hint=f"Look at the disk of {self.room}.", again=True)
        waiting[name] = _Waiting(task, {ticket}, time.monotonic())
        return None

    def _sent(self, name: str) -> Sent | None:
        try:
            return self.desk.sent(name)
        except (Malformed, Tampered):
            return None

    def _publish(self, task: Task, name: str, ticket: str = "") -> str:
        """Packs and sends it; gives the ticket of this sending."""
        if not ticket:
            ticket = secrets.token_hex(16)
            self.desk.forget(name)
        work = Work(
            id=name,
            ticket=ticket,
            run=self.desk.run,
            blob=self._kept(task),
            assignment=task.job.assignment,
            basis=self.basis,
            grader=__version__,
            options=_sent_options(task),
            limit_s=self.limit_s,
        )
        # A worker drops what nobody waits for: so that is noted first, and that the broker has it is noted last.
        self.desk.send(name, Sent(ticket, published=False))
        self.broker.publish(self.key.seal(Purpose.TASK, encode(work)).decode())
        self.desk.send(name, Sent(ticket, published=True))
        return ticket

    def _name(self, task: Task) -> str:
        """The same for the same bytes, checks and options in this class, whichever run sends it."""
        options = msgspec.json.encode(_sent_options(task), enc_hook=str, order="deterministic")
        parts = (str(task.hand_in), task.mark, task.job.assignment, self.basis)
        return sha256("\0".join(parts).encode() + b"\0" + options).hexdigest()

    def _kept(self, task: Task) -> str:
        """Packs what was handed in and puts it into the store; its SHA-256."""
        with tempfile.NamedTemporaryFile(dir=self.room, prefix="p-") as file:
            pack(task.job.source, file, is_repository=task.job.options.commit is not None)
            file.seek(0)
            digest = file_digest(file, "sha256").hexdigest()
            self.desk.store.put_file(self.desk.blob(digest), Path(file.name))
        return digest

    def _arrived(self, waiting: dict[str, _Waiting]) -> list[str]:
        noted = self.desk.all_noted() if waiting else {}
        if waiting and not noted:
            self.desk.store.refuse_absent()
        for name, one in waiting.items():
            notes = noted.get(name, Notes())
            if notes != one.notes:
                one.notes, one.since = notes, time.monotonic()
        return [name for name, one in waiting.items() if one.answer]

    def _taken(self, name: str, one: _Waiting) -> Finished:
        try:
            sealed = self.desk.answered(name, one.answer) or b""
            answer = decode(Answer, self.key.opened(Purpose.ANSWER, sealed))
            if (answer.id, answer.ticket) != (name, one.answer):
                raise Forged
        except (Forged, Malformed, Tampered):
            said = "its answer in the store is not one of a worker that has the key: it was not counted"
            self.say(f"{shown(one.task.job.source.name)}: {said}.")
            hint = "See who can write to the store, and that all have the same key and the same grader."
            return Finished(one.task, "errored", 0.0, message=said, hint=hint, again=True)
        if answer.wrong_course:
            raise CourseError(answer.message, answer.hint)
        self._slots[answer.worker] = answer.slots
        return answer.finished(one.task)

    def _look_after(self, waiting: dict[str, _Waiting]) -> None:
        """Sends again what was lost, and says so if nobody takes anything."""
        now = time.monotonic()
        oldest = min((one.since for one in waiting.values()), default=now)
        if now - self._looked < min(_LOOK_AFTER_S, self.patience_s) or now - oldest < min(_UNTAKEN_S, self.patience_s):
            return
        self._looked = now
        in_queue = self.broker.ready()
        if in_queue and not self._untaken and not any(one.notes.begun for one in waiting.values()):
            self._untaken = True
            self.say(f"{in_queue} gradings wait, and no worker has begun with any of this class: is one at work?")
        if in_queue:
            return
        for name, one in waiting.items():
            if now - one.since > self.patience_s:
                self.say(f"{shown(one.task.job.source.name)} was lost on its way, and is sent again.")
                one.tickets.add(self._publish(one.task, name))
                one.since = now

    def _withdraw(self, waiting: dict[str, _Waiting]) -> None:
        """Takes back what nobody has begun with; what is under way is answered to whoever goes on with the class."""
        try:
            noted = self.desk.all_noted()
            begun = [name for name in waiting if noted.get(name, Notes()).begun]
            for name in waiting:
                if name not in begun:
                    self.desk.forget(name)
        except EnvironmentError_ as problem:
            self.say(f"What had been sent could not be taken back: {problem.message}.")
            return
        if begun:
            self.say(
                f"Begun and not counted yet: {len(begun)}. The workers end what they began, and --resume counts it."
            )


def _sent_options(task: Task) -> Options:
    """Each machine has a cache of its own."""
    return replace(task.job.options, state_dir=Path())
