"""Ends an import that does not end: what it was at when its time was up is its traceback."""

from __future__ import annotations

import contextlib
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Processor time of this process alone, so a busy machine costs nothing of it. A project starts in 0.7 s of it here.
LONGEST_LOAD_S = 4.0


class StillLoading(BaseException):
    """No ``Exception``: a handler for those around the import must not take it for a failure that it knows."""


@contextlib.contextmanager
def limited_load() -> Iterator[None]:
    """Raises ``StillLoading`` in whatever the block is at after ``LONGEST_LOAD_S``, and again each second."""

    def end(number: int, frame: object) -> None:
        raise StillLoading(f"still loading after {LONGEST_LOAD_S:.0f} s of processor time")

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, LONGEST_LOAD_S, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
