"""The folder of a class, held by one run at a time, and its room for temporary files."""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.domain.errors import UsageError_

_PREFIX = "track-class-"
_LOCK = "class.lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Holds the folder, made if it is missing, for this process alone; it is let go however the process ends.

    Raises:
        UsageError_: another run holds it, it cannot be written, or its file system has no locks.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise UsageError_(f"{folder} cannot be written: {problem.strerror}", "Choose another: --out DIR.") from None
    try:
        _lock(folder, descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(folder: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        if problem.errno != errno.EWOULDBLOCK:
            raise UsageError_(f"{folder} cannot be locked: {problem.strerror}", "Choose a local disk.") from None
        raise UsageError_(
            f"another run is at work on {folder}", "Wait for it to end, or name another folder: --out DIR."
        ) from None


@contextmanager
def room(before: str) -> Iterator[Path]:
    """A new folder for temporary files, gone at the end; that of a run ``before`` that was killed goes as well."""
    _sweep(before)
    path = Path(tempfile.mkdtemp(prefix=_PREFIX))
    path.chmod(0o711)  # the sandbox's own user passes through, and may not list
    with (path / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def _sweep(before: str) -> None:
    """Only what this program made: a folder of this user's with the name that such rooms have."""
    path = Path(before)
    if not path.name.startswith(_PREFIX) or path.is_symlink() or not path.is_dir():
        return
    if path.stat().st_uid == os.geteuid() and not _is_held(path):
        shutil.rmtree(path, ignore_errors=True)


def _is_held(path: Path) -> bool:
    """Whether a run is at work in it: of a class that was copied, folder and journal, while it was graded."""
    try:
        with (path / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
