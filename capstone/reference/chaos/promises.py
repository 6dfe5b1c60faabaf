# FILE SOLUTION 06
"""What was promised and whether it held; a broken promise is noted and ends no experiment."""

import os
import time
from collections.abc import Callable
from typing import NamedTuple

from chaos.errors import UsageError
from chaos.platform import Answer

LOOK_SECONDS = 0.1


class Promise(NamedTuple):
    """A sentence, whether it was so, and what was seen."""

    promise: str
    kept: bool
    observed: str


def time_factor() -> float:
    """CHAOS_TIME_FACTOR: by how much limits of time are multiplied on a slow machine; 1.

    Raises UsageError where it is no number of at least 1.
    """
    given = os.environ.get("CHAOS_TIME_FACTOR") or "1"
    try:
        factor = float(given)
    except ValueError:
        factor = 0.0
    if not 1 <= factor <= 100:
        raise UsageError(
            f"CHAOS_TIME_FACTOR is {given!r}: give a number from 1 to 100."
        )
    return factor


class Promises:
    """Those of one experiment, in the order in which they were looked at."""

    def __init__(self) -> None:
        self.noted: list[Promise] = []
        self._factor = time_factor()

    def note(self, promise: str, kept: bool, observed: object) -> bool:
        """Note whether it was so, and return that."""
        self.noted.append(Promise(promise, kept, str(observed)))
        return kept

    def answers(
        self, what: str, answer: Answer, status: int, seconds: float, *more: int
    ) -> bool:
        """That a request was answered with this status, or one of `more`, in so many seconds."""
        expected = [status, *more]
        limit = seconds * self._factor
        words = " or ".join(map(str, expected))
        return self.note(
            f"{what} is answered with {words} within {limit:g} s",
            answer.status in expected and answer.seconds <= limit,
            f"{answer.status or 'no answer'} after {answer.seconds:.2f} s",
        )

    def eventually(
        self,
        promise: str,
        look: Callable[[], object],
        wanted: object,
        seconds: float,
    ) -> bool:
        """That a look shows what is wanted within so many seconds."""
        limit = seconds * self._factor
        begin = time.monotonic()
        while (seen := look()) != wanted:
            if time.monotonic() - begin > limit:
                break
            time.sleep(LOOK_SECONDS)
        took = time.monotonic() - begin
        return self.note(
            f"{promise} within {limit:g} s",
            seen == wanted,
            f"{_short(seen)} after {took:.1f} s",
        )

    @property
    def broken(self) -> list[Promise]:
        """Those that did not hold."""
        return [promise for promise in self.noted if not promise.kept]


def _short(seen: object) -> str:
    text = str(seen)
    return text if len(text) <= 200 else f"{text[:200]}…"
