"""The names in the store of one class: what was sent, who began with it, what came of it, what was handed in."""

from collections.abc import Iterable
from dataclasses import dataclass

from grader.classroom.distributed.messages import LARGEST_ANSWER, LARGEST_TASK, Sent, Work, decode, encode
from grader.classroom.distributed.store import Store

_SENT, _BEGUN, _ANSWER = "sent", "begun-", "answer-"


@dataclass(frozen=True, slots=True)
class Desk:
    """The part of the store that belongs to one class, called by its run."""

    store: Store
    run: str

    def blob(self, digest: str) -> str:
        """The name of what was handed in, by its SHA-256."""
        return f"{self._class}/blobs/{digest}"

    def send(self, task: str, sent: Sent) -> None:
        """Notes that the task is waited for."""
        self.store.put(f"{self._tasks}/{task}/{_SENT}", encode(sent))

    def sent(self, task: str) -> Sent | None:
        """How it was sent last; ``None`` if nobody waits for it. Raises ``Malformed``."""
        data = self.store.get(f"{self._tasks}/{task}/{_SENT}", LARGEST_TASK)
        return None if data is None else decode(Sent, data)

    def begin(self, work: Work, delivery: str) -> None:
        """Notes that a worker has begun with what was delivered to it."""
        self.store.put(f"{self._tasks}/{work.id}/{_BEGUN}{delivery}", b"")

    def unbegin(self, work: Work, delivery: str) -> None:
        """Takes the note back: it was given back, through no fault of the submission."""
        self.store.remove([f"{self._tasks}/{work.id}/{_BEGUN}{delivery}"])

    def answer(self, work: Work, sealed: bytes) -> None:
        """Leaves the answer; a second one to the same sending takes the place of the first."""
        self.store.put(f"{self._tasks}/{work.id}/{_ANSWER}{work.ticket}", sealed)

    def answered(self, task: str, ticket: str) -> bytes | None:
        """The sealed answer to that sending, if there is one."""
        return self.store.get(f"{self._tasks}/{task}/{_ANSWER}{ticket}", LARGEST_ANSWER)

    def noted(self, task: str) -> "Notes":
        """What is noted of one task."""
        return self._noted(f"{self._tasks}/{task}").get(task, Notes())

    def all_noted(self) -> dict[str, "Notes"]:
        """What is noted of every task of the class, by its id."""
        return self._noted(self._tasks)

    def forget(self, task: str) -> None:
        """Nobody waits for the task any more: what is delivered of it from now on is dropped."""
        self.store.remove([f"{self._tasks}/{task}/{_SENT}"])  # before all else, lest somebody begin
        self.store.remove_below(f"{self._tasks}/{task}")

    def clear(self) -> None:
        """Removes everything of the class."""
        self.store.remove_below(self._class)

    @property
    def _class(self) -> str:
        return f"classes/{self.run}"

    @property
    def _tasks(self) -> str:
        return f"{self._class}/tasks"

    def _noted(self, below: str) -> "dict[str, Notes]":
        found: dict[str, list[str]] = {}
        for name in self.store.names(below):
            task, _, what = name.removeprefix(f"{self._tasks}/").partition("/")
            found.setdefault(task, []).append(what)
        return {task: Notes(_those(names, _BEGUN), _those(names, _ANSWER)) for task, names in found.items()}


def _those(names: Iterable[str], kind: str) -> frozenset[str]:
    return frozenset(name.removeprefix(kind) for name in names if name.startswith(kind))


@dataclass(frozen=True, slots=True)
class Notes:
    """Of one task: the deliveries that workers have begun with, and the tickets of those that are answered."""

    begun: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
