"""Ends what takes too much of the processor: Python code, a regular expression, or a statement of SQLite's."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Overtime(Exception):
    """The block has had its time."""


@contextlib.contextmanager
def limited_cpu(seconds: float) -> Iterator[Callable[[], bool]]:
    """Raises ``Overtime`` when the block has taken that much time of the processor.

    It gets a function that says whether it has, for SQLite to ask: no exception ends a statement that calls no Python.
    Where one ends a function that SQLite has called, SQLite raises its own instead, which becomes ``Overtime`` here.
    """
    ends, has_ended = time.process_time() + seconds, False

    def is_over() -> bool:
        return has_ended or time.process_time() >= ends

    def end(number: int, frame: object) -> None:
        nonlocal has_ended
        has_ended = True  # the timer's clock may be ahead of the other one
        raise Overtime

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield is_over
    except sqlite3.Error as error:
        if is_over():
            raise Overtime from error
        raise
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
