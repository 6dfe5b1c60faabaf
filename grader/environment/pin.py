"""A hold on an installed environment: nothing evicts it meanwhile, and at the end it is seen to be what it was."""

import fcntl
import os
import secrets
import shutil
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from grader.environment.inventory import Inventory, first_changed, inventory, is_unchanged

_SEAL = ".complete"
_ASIDE = ".aside-"


class _Seal(msgspec.Struct):
    """What is below ``site``: folders, each with its number and the time when its entries last changed, and files."""

    folders: list[tuple[str, int, int]]
    files: Inventory


class Pin:
    """A shared lock on an environment's folder, until ``release`` or until nobody has the pin any more."""

    def __init__(self, folder: Path, fd: int) -> None:
        self.folder, self._number = folder, os.fstat(fd).st_ino
        self._end = weakref.finalize(self, os.close, fd)

    @property
    def site(self) -> Path:
        """The folder of packages."""
        return self.folder / "site"

    def is_in_place(self) -> bool:
        """Whether what is found by that path now is the folder that is held, and not one that was made anew since."""
        try:
            return self.folder.stat().st_ino == self._number
        except OSError:
            return False

    def is_intact(self) -> bool:
        """Whether it is the same one still, and no file was added, removed, replaced or overwritten.

        A file that has its size and its time again counts as what it was.
        """
        if not self.is_in_place():
            return False
        try:
            seal = msgspec.json.decode((self.folder / _SEAL).read_bytes(), type=_Seal)
            folders_same = all(_facts(self.site / path) == (n, changed) for path, n, changed in seal.folders)
            return folders_same and is_unchanged(self.site, seal.files)
        except (OSError, msgspec.DecodeError):
            return False

    def changed(self) -> str:
        """What is not what it was, for people: the path below ``site`` of a file, or else of a folder; may be empty."""
        try:
            seal = msgspec.json.decode((self.folder / _SEAL).read_bytes(), type=_Seal)
            if found := first_changed(self.site, seal.files):
                return found
            return next((path for path, n, at in seal.folders if _facts(self.site / path) != (n, at)), "")
        except (OSError, msgspec.DecodeError):
            return ""

    def release(self) -> None:
        """Gives it up; again is no harm."""
        self._end()


def pinned_environment(folder: Path) -> Pin | None:
    """A hold on the environment in that folder, or nothing if it is not whole."""
    if (fd := _locked(folder)) is None:
        return None
    pin = Pin(folder, fd)
    with suppress(OSError):
        os.utime(folder / _SEAL)
        if pin.site.is_dir():
            return pin
    pin.release()
    return None


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Whether the folder is there; nobody removes it meanwhile then."""
    fd = _locked(folder)
    try:
        yield fd is not None
    finally:
        if fd is not None:
            os.close(fd)


def _locked(folder: Path) -> int | None:
    """A descriptor of the folder with a shared lock on it; nothing if there is no such folder.

    Who waited for the lock may hold what was taken away before: only the folder that is still there counts.
    """
    while True:
        try:
            fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return None
        fcntl.flock(fd, fcntl.LOCK_SH)
        with suppress(FileNotFoundError):
            if folder.stat().st_ino == os.fstat(fd).st_ino:
                return fd
        os.close(fd)


def used_at(folder: Path) -> float:
    """When the environment was last asked for, in seconds since the epoch; 0 for what is none."""
    try:
        return (folder / _SEAL).stat().st_mtime
    except OSError:
        return 0.0


def seal(room: Path, folders: list[str]) -> None:
    """Says that the environment in ``room`` is whole, and what ``folders`` and all files below ``site`` were then."""
    site = room / "site"
    files = inventory(site)
    facts = [(path, *_facts(site / path)) for path in ("", *folders)]
    (room / _SEAL).write_bytes(msgspec.json.encode(_Seal(facts, files)))


def _facts(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_ino, status.st_mtime_ns


def put_aside(folder: Path) -> None:
    """Takes a folder out of the way of who comes; those who hold it keep it, and the next ``sweep`` removes it."""
    aside = folder.with_name(f"{_ASIDE}{secrets.token_hex(6)}")
    with suppress(FileNotFoundError):
        folder.rename(aside)
        remove_unless_held(aside)


def remove_unless_held(folder: Path) -> bool:
    """Whether nobody held the folder; it is gone then, in one moment for whoever comes."""
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        aside = folder.with_name(f"{_ASIDE}{secrets.token_hex(6)}")
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
        return True
    except OSError:  # held, or somebody else was quicker
        return False
    finally:
        os.close(fd)


def sweep(parent: Path) -> None:
    """Removes what was put aside there, but for what is still held."""
    for folder in parent.glob(f"{_ASIDE}*"):
        remove_unless_held(folder)
