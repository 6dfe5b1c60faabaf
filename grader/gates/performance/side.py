"""One side of the duet: a server, and all processes that work for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.sandbox.api import Load, Process
from grader.sandbox.server import ApplicationServer


@dataclass(frozen=True, slots=True)
class Side:
    """A server and the sandboxes that work for it: its own, and those of its services."""

    server: ApplicationServer
    processes: tuple[Process, ...]

    def loads(self) -> tuple[Load, ...]:
        """What each of its sandboxes has used by now."""
        return tuple(process.load() for process in self.processes)


def computed(before: Sequence[Load], after: Sequence[Load]) -> float:
    """Seconds of processor time between two readings."""
    return sum(b.computed_since(a) for a, b in zip(before, after, strict=True))


def waited(before: Sequence[Load], after: Sequence[Load]) -> float:
    """Seconds of waiting for a processor between two readings."""
    return sum(b.waited_since(a) for a, b in zip(before, after, strict=True))
