"""How long an answer may take: elapsed time, less what the project waited for a processor that others had."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

# However busy the machine, an answer takes at most so many times its limit: what never gets a processor ends, too.
WALL_FACTOR = 5.0
# Elapsed time after which the processes are first looked at. Before that, nothing is asked of the machine.
LOOK_AFTER_S = 1.0
Usage = Mapping[int, tuple[float, float]]


class Meter(Protocol):
    """Reads what the processes that an answer depends on have used so far."""

    def __call__(self) -> Usage:
        """By thread: seconds on a processor, and seconds ready to run with none free. Empty where no system tells."""


class Deadline:
    """One answer's time. What it is charged is never more than what has elapsed.

    A process that sleeps is charged all of it, one that computes what it computed, one that waits for a processor
    nothing. Without a meter elapsed time is what counts.
    """

    def __init__(
        self, within_s: float, meter: Meter | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._within_s, self._meter, self._clock = within_s, meter, clock
        self._began = clock()
        self._looked: tuple[float, Usage] | None = None

    def left(self) -> float:
        """Seconds to wait before asking again; 0 once the time is up."""
        now = self._clock()
        elapsed = now - self._began
        hard = WALL_FACTOR * self._within_s - elapsed
        if self._meter is not None and self._looked is None:
            first = min(LOOK_AFTER_S, self._within_s / 4) - elapsed
            if first > 0:
                return first
            self._looked = now, self._meter()
        return max(0.0, min(hard, self._within_s - self.charged()))

    def charged(self) -> float:
        """Seconds that count."""
        now = self._clock()
        if self._looked is None or self._meter is None:
            return now - self._began
        at, before = self._looked
        computed, waited = grown(before, self._meter())
        seen = now - at
        return at - self._began + min(seen, max(computed, seen - waited))


def grown(before: Usage, after: Usage) -> tuple[float, float]:
    """Seconds on a processor and seconds waiting for one that came in between; of threads that ended, nothing."""
    parts = [(after[t][0] - before.get(t, (0, 0))[0], after[t][1] - before.get(t, (0, 0))[1]) for t in after]
    return sum(max(0.0, computed) for computed, _ in parts), sum(max(0.0, waited) for _, waited in parts)
