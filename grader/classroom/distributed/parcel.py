"""What was handed in, packed to travel, so that it is taken in elsewhere just as it would be here.

That means everything that intake looks at, odd things among it: links, pipes, files that are too large or that have
a second name outside. Their kinds travel, and nothing that they lead to. What intake never reads travels as a size.
"""

import gzip
import os
import stat
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import IO

from grader.domain.errors import SubmissionError
from grader.intake.leftovers import made_by
from grader.intake.limits import IntakeLimits
from grader.intake.names import complaint, is_made_by_tools, shown

LARGEST = 500 << 20  # bytes unpacked, with the history; without it a submission may have 100 MB
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LONGEST = 1 << 30  # that a file is said to be: it is too large for everything long before
_START = 64 << 10  # of a file that is too large to be read: its first bytes tell its kind
# What a tar archive has no place for, as records of its extended headers.
TOP, SIZE = "DJANGOTRACK.top", "DJANGOTRACK.size"
LINKED, EXISTS = "DJANGOTRACK.linked", "DJANGOTRACK.exists"
_HISTORY = ".git"
NOWHERE = "not-sent"


def pack(source: Path, into: IO[bytes], limits: IntakeLimits | None = None, *, is_repository: bool = False) -> None:
    """Writes the folder or file to ``into``; the same bytes and names give the same bytes.

    Of one that is a repository, of which a commit is meant, all travels: it may be bare, a history and nothing else.

    Raises:
        SubmissionError: it has more than is sent.
    """
    with (
        gzip.GzipFile(fileobj=into, mode="wb", compresslevel=1, mtime=0, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT, errors="surrogateescape") as tar,
    ):
        _Packing(tar, source, limits or IntakeLimits(), is_repository).add()


def _top(source: Path) -> str:
    """The last two parts of the path, which reports name the submission by."""
    whole = source.parent.resolve() / source.name if source.is_symlink() else source.resolve()
    return "/".join(part for part in whole.parts[-2:] if part != "/")


@dataclass(slots=True)
class _Packing:
    tar: tarfile.TarFile
    source: Path
    limits: IntakeLimits
    is_repository: bool = False
    top: str = ""
    left: int = field(default_factory=lambda: LARGEST)
    listed: int = 0

    def add(self) -> None:
        self.top = top = _top(self.source)
        if above := top.rpartition("/")[0]:
            self._folder(above)
        try:
            facts = self.source.lstat()
        except OSError:
            self._link(top, exists=False)
            return
        if stat.S_ISLNK(facts.st_mode):
            self._link(top, exists=self.source.exists())
        elif stat.S_ISDIR(facts.st_mode) and self.is_repository:
            self._history(self.source, top)
        elif stat.S_ISDIR(facts.st_mode):
            self._walk(self.source, top, 0, self._names(self.source))
        elif stat.S_ISREG(facts.st_mode):
            self._file(self.source, top, facts, largest=self.limits.archive_bytes)
        else:
            self._pipe(top)

    def _names(self, folder: Path) -> Counter[tuple[int, int]]:
        """How many names each file has in here that has more than one: the others are somebody else's."""
        found: Counter[tuple[int, int]] = Counter()
        for path in islice(_below(folder, is_made_by_tools), self.limits.listed):
            try:
                facts = path.lstat()
            except OSError:
                continue
            if facts.st_nlink > 1 and stat.S_ISREG(facts.st_mode):
                found[facts.st_dev, facts.st_ino] += 1
        return found

    def _walk(self, folder: Path, name: str, depth: int, own: Counter[tuple[int, int]]) -> None:
        self._folder(name)
        try:
            names = _listed(folder, self.limits.entries)
        except OSError:
            return
        looked_into = not (depth and made_by(folder.name, names))
        self.listed += len(names)
        for each in names:
            # Past the bound intake refuses it: by then it has seen these names, and nothing of what is in them.
            whole = looked_into and self.listed <= self.limits.entries
            self._look_at(folder / each, f"{name}/{each}", depth, own if whole else None)

    def _look_at(self, path: Path, name: str, depth: int, own: Counter[tuple[int, int]] | None) -> None:
        try:
            facts = path.lstat()
        except OSError:
            return
        if stat.S_ISLNK(facts.st_mode):
            self._link(name, exists=True)
        elif stat.S_ISDIR(facts.st_mode):
            if depth == 0 and path.name == _HISTORY:
                self._history(path, name)
            elif own is None or is_made_by_tools(path.name) or complaint(path.name) or depth >= 2 * self.limits.depth:
                self._folder(name)
            else:
                self._walk(path, name, depth + 1, own)
        elif not stat.S_ISREG(facts.st_mode):
            self._pipe(name)
        elif own is not None and facts.st_nlink > max(1, own[facts.st_dev, facts.st_ino]):
            self._member(name, stat.S_IFREG, extra={LINKED: "outside", SIZE: _said(facts.st_size)})
        else:
            unread = own is None or (is_made_by_tools(path.name) and path.name != _HISTORY)
            self._file(path, name, facts, largest=-1 if unread else self.limits.file_bytes)

    def _history(self, folder: Path, name: str) -> None:
        """All of it: gates read earlier commits."""
        self._folder(name)
        for path in _below(folder):
            self._of_history(path, f"{name}/{path.relative_to(folder)}")

    def _of_history(self, path: Path, name: str) -> None:
        try:
            facts = path.lstat()
        except OSError:
            return
        if stat.S_ISLNK(facts.st_mode):
            self._link(name, exists=True)
        elif stat.S_ISDIR(facts.st_mode):
            self._folder(name)
        elif stat.S_ISREG(facts.st_mode):
            self._file(path, name, facts, largest=LARGEST)

    def _folder(self, name: str) -> None:
        self._member(name, stat.S_IFDIR)

    def _pipe(self, name: str) -> None:
        self._member(name, stat.S_IFIFO)

    def _link(self, name: str, *, exists: bool) -> None:
        self._member(name, stat.S_IFLNK, extra={EXISTS: "yes"} if exists else {})

    def _file(self, path: Path, name: str, facts: os.stat_result, *, largest: int) -> None:
        executable = bool(facts.st_mode & stat.S_IXUSR)
        try:
            descriptor = os.open(path, _FILE)
        except OSError:
            self._member(name, stat.S_IFREG, mode=0, extra={SIZE: _said(facts.st_size)})
            return
        with os.fdopen(descriptor, "rb") as file:
            size = os.fstat(descriptor).st_size
            sent = size if size <= largest else min(size, _START) if largest >= 0 else 0
            self.left -= sent
            if self.left < 0:
                raise SubmissionError(
                    f"{shown(self.source.name)} has more than the {LARGEST >> 20} MB that are sent to workers",
                    "Grade it by itself, or with --executor pool.",
                )
            extra = {} if sent == size else {SIZE: _said(size)}
            self._member(name, stat.S_IFREG, file, sent, 0o755 if executable else 0o644, extra=extra)

    def _member(
        self,
        name: str,
        kind: int,
        content: IO[bytes] | None = None,
        size: int = 0,
        mode: int = 0o644,
        extra: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        member = tarfile.TarInfo(name)
        member.type = _TYPES[kind]
        member.mode, member.size, member.pax_headers = mode, size, dict(extra)
        if kind == stat.S_IFLNK:
            member.linkname = NOWHERE
        if name == self.top:
            member.pax_headers[TOP] = "yes"
        self.tar.addfile(member, _Padded(content, size) if content is not None else None)  # type: ignore[arg-type]


_TYPES = {
    stat.S_IFREG: tarfile.REGTYPE,
    stat.S_IFDIR: tarfile.DIRTYPE,
    stat.S_IFLNK: tarfile.SYMTYPE,
    stat.S_IFIFO: tarfile.FIFOTYPE,
}


def _said(size: int) -> str:
    return str(min(size, _LONGEST))


class _Padded:
    """Reads a file as long as it was said to be, whatever becomes of it meanwhile."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size

    def read(self, size: int) -> bytes:
        wanted = min(size, self._left)
        data = self._file.read(wanted)
        self._left -= wanted
        return data + b"\0" * (wanted - len(data))


def _listed(folder: Path, most: int) -> list[str]:
    names = []
    with os.scandir(folder) as entries:
        for entry in entries:
            names.append(entry.name)
            if len(names) > most:
                break
    return sorted(names)


def _below(folder: Path, left_out: Callable[[str], bool] = lambda name: False) -> Iterator[Path]:
    """All that lies in the folder and in those below it, each folder before what is in it."""
    for above, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not left_out(name))
        for name in sorted([*folders, *files]):
            yield Path(above) / name
