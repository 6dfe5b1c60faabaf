"""What coordinator and workers say to each other, as JSON: both sides refuse what is not exactly of this form."""

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from grader.classroom.people import Finished, Outcome, Task
from grader.pipeline import Measured, Options

LARGEST_TASK = 64 << 10
LARGEST_ANSWER = 256 << 20
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Ticket = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
Words = Annotated[str, msgspec.Meta(max_length=10_000)]


class Malformed(Exception):
    """It is no message of this form."""


class Work(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One grading to be done.

    ``id`` names it in its class, whoever sends it however often; ``ticket`` names this sending of it. ``blob`` is the
    SHA-256 of what was handed in, as the store has it. ``basis`` names the checks, and ``grader`` the version, which
    the worker has to have as well. ``options`` are those of the job, but for the folder of the cache, which is the
    worker's own. ``limit_s`` bounds the grading.
    """

    id: Digest
    ticket: Ticket
    run: Ticket
    blob: Digest
    assignment: Annotated[str, msgspec.Meta(max_length=200)]
    basis: Words
    grader: Annotated[str, msgspec.Meta(max_length=100)]
    options: Options
    limit_s: Annotated[float, msgspec.Meta(gt=0, le=1_000_000)]
    version: Literal[1] = 1


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came of it, as ``Finished`` has it. ``slots`` is how many gradings that worker does at a time.

    ``wrong_course`` says that the course is wrong, so that every grading would end so.
    """

    id: Digest
    ticket: Ticket
    worker: Annotated[str, msgspec.Meta(max_length=300)]
    slots: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    outcome: Outcome
    seconds: Annotated[float, msgspec.Meta(ge=0)]
    message: str = ""
    hint: str = ""
    again: bool = False
    wrong_course: bool = False
    measured: Measured | None = None
    version: Literal[1] = 1

    def __post_init__(self) -> None:
        """There is evidence if, and only if, something was measured."""
        if (self.outcome == "measured") != (self.measured is not None):
            raise ValueError("evidence and outcome contradict each other")

    def finished(self, task: Task) -> Finished:
        """As what came of the task."""
        return Finished(task, self.outcome, self.seconds, self.measured, self.message, self.hint, self.again)


class Sent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the store says of a task that is waited for. ``published`` once the broker has it."""

    ticket: Ticket
    published: bool


def encode(message: Work | Answer | Sent) -> bytes:
    """As JSON; the same message is the same bytes."""
    return msgspec.json.encode(message, enc_hook=str, order="deterministic")


def decode[T: (Work, Answer, Sent)](kind: type[T], data: bytes) -> T:
    """What ``encode`` was given. Raises ``Malformed`` for anything else."""
    try:
        return msgspec.json.decode(data, type=kind, dec_hook=_restored)
    except (msgspec.MsgspecError, ValueError, RecursionError, UnicodeError) as problem:
        raise Malformed(str(problem)[:300]) from None


def _restored(kind: type[Any], value: Any) -> Any:
    if kind is not Path or not isinstance(value, str):
        raise ValueError(f"it has no place for {kind.__name__}")
    return Path(value)
