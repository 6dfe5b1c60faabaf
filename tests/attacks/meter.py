"""What a grading uses of a processor: this process and all below it, sandboxes and services included."""

import resource
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

import psutil

_EVERY_S = 0.2


class Meter:
    """Looks at all processes below this one, several times a second, from the beginning of the ``with`` to its end.

    ``getrusage`` would not do: it knows nothing of a process whose parent was killed with it, as in a sandbox.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[int, float], float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._began = _own_s()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def cpu_s(self) -> float:
        """Seconds of a processor so far."""
        return _own_s() - self._began + sum(self._seen.copy().values())

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_S):
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    times = process.cpu_times()
                    self._seen[process.pid, process.create_time()] = times.user + times.system


def _own_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
