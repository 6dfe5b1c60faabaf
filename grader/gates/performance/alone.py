"""One at a time: what measures time on a host waits until nothing else does."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.domain.errors import EnvironmentError_

_LOOK_AGAIN_S = 0.2
LONGEST_S = 1800.0


@contextmanager
def alone(state_dir: Path, *, longest_s: float = LONGEST_S) -> Iterator[None]:
    """Holds the lock of the cache folder, which all graders of this host share. The kernel takes it from a process
    that ends, however it ends; whoever waits can be interrupted.

    Raises:
        EnvironmentError_: somebody else has held it for ``longest_s`` seconds.
    """
    path = state_dir / "performance.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(descriptor, path, time.monotonic() + longest_s)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path, ends: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > ends:
                raise EnvironmentError_(
                    "Another performance gate of this machine did not end.",
                    f"See which process holds {path}, end it, and try again.",
                ) from None
            time.sleep(_LOOK_AGAIN_S)
        else:
            return
