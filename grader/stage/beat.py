"""Celery's Beat of a deployment by a clock that the grader keeps: days go by in seconds, and each moment is known."""

import math
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.domain.words import bounded
from grader.sandbox.api import FIRST_FD, Process
from grader.stage.outcome import Failed, Late

_INSIDE = Path(__file__).with_name("clock_inside.py")
_BEAT = ("-A", "config.celery", "beat")
_LONGEST_LINE = 100
_LONGEST_SLEEP_S = 7 * 86400.0
# Starts a process of the deployment with these arguments of Python and these descriptors.
Start = Callable[[tuple[str, ...], tuple[int, ...]], Process]


def run_beat(start: Start, *, begins: float, ends: float, within_s: float) -> Iterator[float]:
    """Runs `celery -A config.celery beat` from one time to the other, in seconds since 1970.

    Each time that it is about to sleep again this gives what time it was while it was awake: what it has sent since the
    last one, it sent then.

    Raises:
        Failed: it has ended, or sleeps for no number of seconds.
        Late: it has not come so far after ``within_s`` seconds.
    """
    ours, theirs = socket.socketpair()
    deadline, now = time.monotonic() + within_s, begins
    with ours:
        with theirs:
            process = start(("-c", _INSIDE.read_text("utf-8"), str(FIRST_FD), *_BEAT), (theirs.fileno(),))
        _sleep(ours, process, deadline, within_s)  # it has not begun
        while now < ends:
            ours.sendall(f"{now!r}\n".encode())
            seconds = _sleep(ours, process, deadline, within_s)
            yield now
            now += seconds


def _sleep(line: socket.socket, process: Process, deadline: float, within_s: float) -> float:
    """Waits until it is about to sleep; for how many seconds."""
    said = b""
    try:
        while not said.endswith(b"\n") and len(said) < _LONGEST_LINE:
            line.settimeout(max(0.001, deadline - time.monotonic()))
            if not (more := line.recv(_LONGEST_LINE)):
                raise Failed("`celery -A config.celery beat` to go on", f"it has ended: {_last_words(process)}")
            said += more
        seconds = float(said)
    except TimeoutError:
        raise Late(f"Beat to get through that time within {within_s:g} s", "it is not there yet") from None
    except (OSError, ValueError):
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST_SLEEP_S:
        raise Failed("Beat to sleep for a number of seconds", bounded(said.decode("utf-8", "replace"), 100))
    return seconds


def _last_words(process: Process) -> str:
    lines = process.output().decode("utf-8", "replace").strip().splitlines()
    return bounded(lines[-1] if lines else "it says nothing", 200)
