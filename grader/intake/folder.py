"""Files from a folder, opened one level at a time and never through a link, so that nothing can be swapped underway."""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.domain.errors import SubmissionError
from grader.intake.bounds import too_many_names
from grader.intake.entries import Entry
from grader.intake.leftovers import made_by
from grader.intake.limits import IntakeLimits
from grader.intake.names import complaint, is_made_by_tools, shown

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PIECE = 1 << 20


@contextmanager
def folder_source(source: Path, limits: IntakeLimits) -> Iterator["FolderSource"]:
    """The plain files below ``source``."""
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as problem:
        raise SubmissionError(
            f"{shown(str(source))} cannot be read: {problem.strerror}", "Check its permissions."
        ) from None
    try:
        yield FolderSource(descriptor, limits)
    finally:
        os.close(descriptor)


class FolderSource:
    """Keeps ``entries.Source`` for the folder behind a descriptor.

    A file with more names than lie in the folder is somebody else's too, who may be the staff: a hard link shows a
    file whatever folder it is in. No such file is read; the submission is refused, because leaving out a file that
    a copying program has linked would take marks for nothing.
    """

    commit = None

    def __init__(self, descriptor: int, limits: IntakeLimits) -> None:
        self._root, self._limits = descriptor, limits
        self._names: Counter[tuple[int, int]] = Counter()
        self._seen = 0
        self.entries: list[Entry] = []
        self._walk(descriptor, "", 0)

    def contents(self, wanted: list[Entry]) -> Iterator[tuple[Entry, Iterable[bytes] | None]]:
        """See ``entries.Source``."""
        for entry in wanted:
            file = self._open(entry.path)
            if file is None:
                yield entry, None
                continue
            try:
                yield entry, _pieces(file)
            finally:
                os.close(file)

    def _walk(self, descriptor: int, prefix: str, depth: int) -> None:
        names = _names(descriptor, self._limits.entries)
        if prefix and (what := made_by(prefix.rstrip("/").rpartition("/")[2], names)):
            self.entries.append(Entry(prefix, oddity=what))
            return
        self._seen += len(names)  # folders too: a flood of empty ones is a flood
        if self._seen > self._limits.entries:
            flood = [*self.entries, *(Entry(f"{prefix}{name}") for name in names)]
            raise too_many_names(flood, self._limits.entries)
        for name in names:
            self._look_at(descriptor, name, f"{prefix}{name}", depth)

    def _look_at(self, descriptor: int, name: str, path: str, depth: int) -> None:
        try:
            facts = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return  # an editor's temporary file, gone since the folder was listed
        if not stat.S_ISDIR(facts.st_mode):
            self.entries.append(self._entry(path, facts))
        elif is_made_by_tools(name) or complaint(name) or depth >= 2 * self._limits.depth:
            self.entries.append(Entry(path))  # not looked into; why is told when it is asked whether it is wanted
        else:
            self._descend(descriptor, name, path, depth)

    def _entry(self, path: str, facts: os.stat_result) -> Entry:
        if not stat.S_ISREG(facts.st_mode):
            return Entry(
                path, oddity="it is a symbolic link" if stat.S_ISLNK(facts.st_mode) else "it is not a plain file"
            )
        if facts.st_nlink > 1:
            self._names[facts.st_dev, facts.st_ino] += 1
        return Entry(path, facts.st_size, bool(facts.st_mode & stat.S_IXUSR))

    def _descend(self, descriptor: int, name: str, path: str, depth: int) -> None:
        try:
            inner = os.open(name, _FOLDER, dir_fd=descriptor)
        except OSError:
            self.entries.append(Entry(path, oddity="it cannot be opened"))
            return
        try:
            self._walk(inner, f"{path}/", depth + 1)
        finally:
            os.close(inner)

    def _open(self, path: str) -> int | None:
        """The plain file at this path, opened; ``None`` if it is none any more."""
        *folders, name = path.split("/")
        opened: list[int] = []
        try:
            for folder in folders:
                opened.append(os.open(folder, _FOLDER, dir_fd=opened[-1] if opened else self._root))
            file = os.open(name, _FILE, dir_fd=opened[-1] if opened else self._root)
        except OSError:
            return None
        finally:
            for descriptor in opened:
                os.close(descriptor)
        return self._checked(file, path)

    def _checked(self, file: int, path: str) -> int | None:
        facts = os.fstat(file)
        if stat.S_ISREG(facts.st_mode) and facts.st_nlink <= max(1, self._names[facts.st_dev, facts.st_ino]):
            return file
        os.close(file)
        if not stat.S_ISREG(facts.st_mode):
            return None
        raise SubmissionError(
            f"{shown(path)} is a hard link: the same file has a name outside of the submission too",
            "Copy the folder (cp -r), and hand in the copy.",
        )


def _names(descriptor: int, most: int) -> list[str]:
    """The names in a folder in order, read no further than the bounds allow: a flood of files is not even listed."""
    names = []
    with os.scandir(descriptor) as entries:
        for entry in entries:
            names.append(entry.name)
            if len(names) > most:
                break
    return sorted(names)


def _pieces(file: int) -> Iterator[bytes]:
    while piece := os.read(file, _PIECE):
        yield piece
