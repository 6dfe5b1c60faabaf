# FILE SOLUTION 05
"""A circuit breaker: a service that does not answer is left alone for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic


class CircuitOpenError(ConnectionError):
    """Nobody asked: the service did not answer a moment ago."""


class Circuit:
    """Shared by the threads of a process: one of them waits for a time-out, and not all."""

    def __init__(self, name: str, *, seconds: float) -> None:
        self.name = name
        self.seconds = seconds
        self._closed_again_at = 0.0
        self._lock = Lock()

    @contextmanager
    def guarding(self, *errors: type[Exception]) -> Iterator[None]:
        """Do it, and remember how it went. Raises CircuitOpenError while nobody should try."""
        self._enter()
        try:
            yield
        except errors:
            self._closed_again_at = monotonic() + self.seconds
            raise
        self._closed_again_at = 0.0

    def _enter(self) -> None:
        """After the pause one goes ahead; the others wait for news."""
        with self._lock:
            now = monotonic()
            if now < self._closed_again_at:
                raise CircuitOpenError(f"{self.name} did not answer a moment ago.")
            if self._closed_again_at:
                self._closed_again_at = now + self.seconds
