"""Runs inside the sandbox: Celery by a clock that somebody else keeps, who is asked at each sleep of Beat.

Started as ``-c`` with the number of a stream socket and then the words of ``celery``. On the socket goes a line with
the seconds until Beat would wake up, and a line comes back: what time it is when it wakes up, as seconds since 1970.
"""

import runpy
import socket
import sys
import time
from datetime import UTC, datetime
from typing import Any

import celery.app.base
import celery.beat

ASKING_S = 0.001


class Clock:
    """Stands where ``celery.beat`` has the module ``time``."""

    def __init__(self, descriptor: int) -> None:
        self._lines = socket.socket(fileno=descriptor).makefile("rw", newline="\n")
        self._woke = self._now = 0.0
        self.sleep(0.0)

    def sleep(self, seconds: float) -> None:
        """Returns at once, and it is later."""
        self._lines.write(f"{self._now - self._woke + seconds!r}\n")
        self._lines.flush()
        self._woke = self._now = float(self._lines.readline())

    def now(self, app: Any) -> datetime:
        """Stands where every application of Celery has ``now``.

        To ask takes its time: Beat wakes up a moment too early, and asks until it is late enough.
        """
        self._now += ASKING_S
        return datetime.fromtimestamp(self._now, UTC).astimezone(app.timezone)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


def main() -> None:
    """Puts the clock in its place, and gives way to Celery."""
    clock = Clock(int(sys.argv[1]))
    celery.beat.time = clock
    celery.app.base.Celery.now = lambda app: clock.now(app)
    sys.argv = ["celery", *sys.argv[2:]]
    runpy.run_module("celery", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
