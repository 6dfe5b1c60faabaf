"""A directory that a sandbox may write to, remembered and put back: by descriptors, without following a link."""

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

_MOST_BYTES = 32 << 20
_MOST_ENTRIES = 2000
_OWN_ATTRIBUTES = ("user.", "system.")
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class Changed(Exception):
    """It cannot be put back: too much, or what was there before is no longer what it was."""


@dataclass(slots=True)
class _Budget:
    """How much more may be looked at."""

    entries: int = _MOST_ENTRIES
    bytes: int = _MOST_BYTES

    def take(self, size: int = 0) -> None:
        """``Changed`` once it is used up."""
        self.entries -= 1
        self.bytes -= size
        if self.entries < 0 or self.bytes < 0:
            raise Changed("there is too much in it")


@dataclass(slots=True)
class Tree:
    """One entry as it was: its status, what a regular file held or a link pointed to, what a directory had in it."""

    status: os.stat_result
    content: bytes = b""
    entries: "dict[str, Tree]" = field(default_factory=dict)

    @classmethod
    def of(cls, directory: int) -> "Tree":
        """What is in an open directory. ``Changed`` if that is more than 32 MiB or 2,000 entries."""
        try:
            return _remembered(directory, _Budget())
        except (OSError, RecursionError) as error:
            raise Changed(str(error)) from error

    def restore(self, directory: int) -> None:
        """Takes away what was not there and puts back what was. ``Changed`` if that is not possible."""
        try:
            self._restore(directory, _Budget())
        except (OSError, RecursionError) as error:
            raise Changed(str(error)) from error

    def _restore(self, directory: int, budget: _Budget) -> None:
        for name in set(names(directory)) - self.entries.keys():
            _remove(directory, name, budget)
        for name, tree in self.entries.items():
            budget.take(len(tree.content))
            tree._put_back(directory, name, budget)
        _reset(directory, self.status)

    def _put_back(self, directory: int, name: str, budget: _Budget) -> None:
        """One entry of a directory: the same file as before, with the content of before."""
        now = os.stat(name, dir_fd=directory, follow_symlinks=False)
        if (now.st_ino, stat.S_IFMT(now.st_mode)) != (self.status.st_ino, stat.S_IFMT(self.status.st_mode)):
            raise Changed(f"{name} is another file than before")
        if now.st_nlink != self.status.st_nlink and not stat.S_ISDIR(now.st_mode):
            raise Changed(f"{name} has another name, too")
        if stat.S_ISDIR(now.st_mode):
            with _entered(directory, name) as inner:
                self._restore(inner, budget)
        elif stat.S_ISREG(now.st_mode):
            self._rewrite(directory, name, now.st_size)
        elif stat.S_ISLNK(now.st_mode) and os.readlink(name, dir_fd=directory).encode() != self.content:
            raise Changed(f"{name} points elsewhere")

    def _rewrite(self, directory: int, name: str, size: int) -> None:
        """By its bytes: writing through a mapping leaves no trace in the times of a file in memory."""
        file = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
        try:
            if size != len(self.content) or os.pread(file, size + 1, 0) != self.content:
                os.ftruncate(file, 0)
                os.pwrite(file, self.content, 0)
            _reset(file, self.status)
        finally:
            os.close(file)


def names(directory: int) -> list[str]:
    """What is in an open directory."""
    with os.scandir(directory) as found:
        return [entry.name for entry in found]


def _remembered(directory: int, budget: _Budget) -> Tree:
    entries = {}
    for name in names(directory):
        budget.take()
        entries[name] = _entry(directory, name, budget)
    return Tree(os.fstat(directory), entries=entries)


def _entry(directory: int, name: str, budget: _Budget) -> Tree:
    status = os.stat(name, dir_fd=directory, follow_symlinks=False)
    if stat.S_ISDIR(status.st_mode):
        with _entered(directory, name) as inner:
            return _remembered(inner, budget)
    if stat.S_ISLNK(status.st_mode):
        return Tree(status, os.readlink(name, dir_fd=directory).encode())
    if not stat.S_ISREG(status.st_mode):
        return Tree(status)
    budget.take(status.st_size)
    file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
    try:
        return Tree(status, os.pread(file, status.st_size, 0))
    finally:
        os.close(file)


@contextlib.contextmanager
def _entered(directory: int, name: str) -> Iterator[int]:
    inner = os.open(name, _DIRECTORY, dir_fd=directory)
    try:
        yield inner
    finally:
        os.close(inner)


def _remove(directory: int, name: str, budget: _Budget) -> None:
    """Takes an entry away with all that is in it."""
    budget.take()
    if not stat.S_ISDIR(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode):
        os.unlink(name, dir_fd=directory)
        return
    with _entered(directory, name) as inner:
        for entry in names(inner):
            _remove(inner, entry, budget)
    os.rmdir(name, dir_fd=directory)


def _reset(file: int, status: os.stat_result) -> None:
    """Mode, times and extended attributes: a later check could read what an earlier one had written there."""
    for name in os.listxattr(file):
        if name.startswith(_OWN_ATTRIBUTES):
            os.removexattr(file, name)
    os.fchmod(file, stat.S_IMODE(status.st_mode))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
