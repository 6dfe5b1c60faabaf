"""Short-lived directories with short names (a socket path may have 108 bytes); what killed graders left is swept."""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from functools import cache
from pathlib import Path

from grader import ending
from grader.sandbox.temporary import short_folder

_PREFIX = "grader-"
_SETTLED_S = 60.0


class RunDir:
    """A new directory of this user alone, ``path``. A lock, which ends with the process, says that it is in use."""

    def __init__(self) -> None:
        _sweep_once()
        ending.refuse_if_begun()
        self.path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=short_folder()))
        ending.remember(self.path)
        self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self._lock, fcntl.LOCK_SH)

    def close(self) -> None:
        """Removes it with all that is in it; again is no harm."""
        if self._lock >= 0:
            ending.remove(self.path)
            os.close(self._lock)
            self._lock = -1


@cache
def _sweep_once() -> None:
    """What graders left that were killed: directories of ours that nobody holds."""
    for path in short_folder().glob(_PREFIX + "*"):
        with contextlib.suppress(OSError):
            sweep(path)


def sweep_of(pid: int) -> None:
    """Removes what the process of that number left, which has ended: one that is killed cannot do it itself."""
    for path in short_folder().glob(f"{_PREFIX}{pid}-*"):
        with contextlib.suppress(OSError):
            sweep(path, settled_s=0)


def sweep(path: Path, *, settled_s: float = _SETTLED_S) -> bool:
    """Removes the directory if it is this user's, older than ``settled_s`` seconds, and nobody holds it."""
    status = path.lstat()
    if status.st_uid != os.geteuid() or time.time() - status.st_ctime < settled_s:
        return False
    lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
