"""What was handed in, packed to travel and unpacked elsewhere, so that it is taken in there just as it would be here.

That means everything that intake looks at, odd things among it: links, pipes, files that are too large or that have
a second name outside. Their kinds travel, and nothing that they lead to. What intake never reads travels as a size.
"""

import gzip
import os
import stat
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
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
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_START = 64 << 10  # of a file that is too large to be read: its first bytes tell its kind
_PIECE = 1 << 20
# What a tar archive has no place for, as records of its extended headers.
_TOP, _SIZE = "DJANGOTRACK.top", "DJANGOTRACK.size"
_LINKED, _EXISTS = "DJANGOTRACK.linked", "DJANGOTRACK.exists"
_HISTORY = ".git"
_NOWHERE = "not-sent"


def pack(source: Path, into: IO[bytes], limits: IntakeLimits | None = None) -> None:
    """Writes the folder or file to ``into``; the same bytes and names give the same bytes.

    Raises:
        SubmissionError: it has more than is sent.
    """
    with (
        gzip.GzipFile(fileobj=into, mode="wb", compresslevel=1, mtime=0, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT, errors="surrogateescape") as tar,
    ):
        _Packing(tar, source, limits or IntakeLimits()).add()


def unpack(packed: IO[bytes], room: Path) -> Path:
    """Makes what was packed in the folder ``room``, which is new; gives its path there.

    Raises:
        ValueError: it is nothing that ``pack`` wrote.
    """
    try:
        with (
            gzip.GzipFile(fileobj=packed, mode="rb") as plain,
            tarfile.open(fileobj=plain, mode="r|", errors="surrogateescape") as tar,
        ):
            return _unpacked(tar, room / "in", room / "outside")
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, UnicodeError) as problem:
        raise ValueError(f"it is no packed submission: {problem}") from None


def _top(source: Path) -> str:
    """The last two parts of the path, which reports name the submission by."""
    whole = source.parent.resolve() / source.name if source.is_symlink() else source.resolve()
    return "/".join(part for part in whole.parts[-2:] if part != "/")


@dataclass(slots=True)
class _Packing:
    tar: tarfile.TarFile
    source: Path
    limits: IntakeLimits
    top: str = ""
    left: int = LARGEST
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
            self._look_at(folder / each, f"{name}/{each}", depth, own if looked_into else None)
            if self.listed > self.limits.entries:
                return  # as intake refuses it, which has seen the same names by then

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
            self._member(name, stat.S_IFREG, extra={_LINKED: "outside", _SIZE: str(facts.st_size)})
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
        self._member(name, stat.S_IFLNK, extra={_EXISTS: "yes"} if exists else {})

    def _file(self, path: Path, name: str, facts: os.stat_result, *, largest: int) -> None:
        executable = bool(facts.st_mode & stat.S_IXUSR)
        try:
            descriptor = os.open(path, _FILE)
        except OSError:
            self._member(name, stat.S_IFREG, mode=0, extra={_SIZE: str(facts.st_size)})
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
            extra = {} if sent == size else {_SIZE: str(size)}
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
            member.linkname = _NOWHERE
        if name == self.top:
            member.pax_headers[_TOP] = "yes"
        self.tar.addfile(member, _Padded(content, size) if content is not None else None)  # type: ignore[arg-type]


_TYPES = {
    stat.S_IFREG: tarfile.REGTYPE,
    stat.S_IFDIR: tarfile.DIRTYPE,
    stat.S_IFLNK: tarfile.SYMTYPE,
    stat.S_IFIFO: tarfile.FIFOTYPE,
}


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


def _unpacked(tar: tarfile.TarFile, room: Path, outside: Path) -> Path:
    room.mkdir()
    folders = {""}
    top = ""
    left = LARGEST
    for member in tar:
        above, _, last = member.name.rpartition("/")
        if above not in folders or last in ("", ".", ".."):
            raise ValueError("a name in it leads elsewhere")
        left -= member.size
        if left < 0:
            raise ValueError("it is larger than what is sent")
        if member.isdir():
            folders.add(member.name)
        _make(tar, member, room / member.name, outside)
        if _TOP in member.pax_headers:
            top = member.name
    for folder in (room, *(room / name for name in folders if name)):
        folder.chmod(0o755)
    if not top:
        raise ValueError("there is no submission in it")
    return room / top


def _make(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path, outside: Path) -> None:
    if member.isdir():
        path.mkdir()
    elif member.isfifo():
        os.mkfifo(path)
    elif member.issym():
        path.symlink_to("." if _EXISTS in member.pax_headers else _NOWHERE)
    elif member.isreg():
        _write(tar, member, path)
        if _LINKED in member.pax_headers:
            outside.mkdir(exist_ok=True)
            (outside / str(len(list(outside.iterdir())))).hardlink_to(path)
    else:
        raise ValueError("there is something in it that is never sent")


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    content = tar.extractfile(member)
    with os.fdopen(os.open(path, _NEW, 0o644), "wb") as file:
        while content is not None and (piece := content.read(_PIECE)):
            file.write(piece)
        size = member.pax_headers.get(_SIZE)
        if size is not None:
            if not (size.isascii() and size.isdecimal() and len(size) < 16):
                raise ValueError("a size in it is none")
            file.truncate(int(size))
        os.fchmod(file.fileno(), member.mode & 0o755)
