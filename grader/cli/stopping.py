"""A run that is told to end, by Ctrl-C, by SIGTERM or with its terminal: over in two seconds, and nothing stays."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

from grader import ending

if TYPE_CHECKING:
    from grader.domain.progress import Progress

EXIT_CODE = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# What Python has not left by then is cut off: a thread that waits for an answer would keep it for minutes.
_WAY_OUT_S = 1.3
_KILLED_WITHIN_S = 0.4
_CONTAINERS_S = 30.0
_SHOW_CURSOR = "\x1b[?25h"
_LEAVING = Lock()
_last: "Progress | None" = None


def listen() -> None:
    """From now on each of these signals ends the program, sandboxes and services with it, and raises on the way."""
    for number in _SIGNALS:
        signal.signal(number, _stop)


def finished() -> None:
    """What was told of steps is over: from now on nothing of it is left undone."""
    global _last
    _last = None


def told(show: "Callable[[Progress], None]") -> "Callable[[Progress], None]":
    """``show``, whose last step is known to whoever says how far a run has come."""

    def step(progress: "Progress") -> None:
        global _last
        _last = progress
        show(progress)

    return step


def leave() -> NoReturn:
    """Ends the process now, whatever its threads are doing; says how far it had come, and what is there of it."""
    with _LEAVING:  # whoever comes second, comes too late
        try:
            _end_processes()
            ending.wait_until_released(_CONTAINERS_S)
            if "grader.sandbox.running" in sys.modules:
                from grader.sandbox.running import wait_for_all

                wait_for_all(_KILLED_WITHIN_S)
            ending.remove_rooms()
            with suppress(OSError, ValueError):  # the terminal may have gone
                _say(_words(_last))
        finally:
            os._exit(EXIT_CODE)


def end(code: int) -> NoReturn:
    """Ends the process with this exit code after a command that was told to end has found its own way out.

    Where the signal came while a string was executed, as it is for each dataclass that is imported, Python notes an
    interrupt that nobody handled, and would end by SIGINT instead, even though the command did handle it.
    """
    ending.remove_rooms()
    with suppress(OSError, ValueError):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    os._exit(code)


def _say(sentence: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(_SHOW_CURSOR)  # a bar that was cut off has hidden it
    click.echo(sentence, err=True)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def _words(last: "Progress | None") -> str:
    if last is None:
        return "Stopped. Nothing was left behind."
    from grader.domain.text import one_line

    far = f" ({last.done} of {last.total})" if last.total else ""
    return f"Stopped. Nothing was left behind. It had come to: {one_line(last.text)}{far}. No report was written."


def _stop(signum: int, frame: FrameType | None) -> None:
    for number in _SIGNALS:  # once is enough: somebody impatient would only interrupt the tidying up
        signal.signal(number, signal.SIG_IGN)
    ending.begin()
    threading.excepthook = lambda _: None  # what threads say of servers that have gone helps nobody
    _end_processes()
    if ending.is_threaded():
        threading.Thread(target=_leave_late, name="leaving", daemon=True).start()
    raise KeyboardInterrupt


def _end_processes() -> None:
    if "grader.sandbox.running" in sys.modules:  # else it has started none
        from grader.sandbox.running import end_all

        end_all()


def _leave_late() -> None:
    time.sleep(_WAY_OUT_S)
    leave()
