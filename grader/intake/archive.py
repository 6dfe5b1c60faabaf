"""Files from a zip or tar archive, read member by member and never extracted by the archive's own rules."""

import bz2
import errno
import gzip
import io
import lzma
import mmap
import re
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from grader.domain.errors import SubmissionError
from grader.intake.names import is_made_by_tools, shown
from grader.intake.store import Store, too_much

_PIECE = 1 << 20
_HEADER = 1 << 14
_SECONDS = 30
_LINK = 0o120000
_ZIP_ENTRY = re.compile(rb"PK\x01\x02")
_OPENERS: dict[str, Callable[..., Any]] = {
    ".tar": open,
    ".tar.gz": gzip.open,
    ".tgz": gzip.open,
    ".tar.xz": lzma.open,
    ".tar.bz2": bz2.open,
}
SUFFIXES = (".zip", *_OPENERS)
# A disk of ours that is full is not an archive's fault.
_OURS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE)
# What the readers raise for an archive that is damaged, encrypted or made to break them.
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,  # encrypted; nested too deeply
    OSError,
    ValueError,
    OverflowError,
    MemoryError,
)


def is_archive(path: Path) -> bool:
    """Whether the name says that this is an archive which can be taken in."""
    return path.name.lower().endswith(SUFFIXES)


def from_archive(source: Path, store: Store) -> None:
    """Copy every plain file of the archive into the store. A single folder that holds everything is looked through."""
    try:
        if not source.is_file() or source.stat().st_size > store.limits.archive_bytes:
            raise too_much(f"the archive is larger than {store.limits.archive_bytes >> 20} MB")
        _from_zip(source, store) if source.name.lower().endswith(".zip") else _from_tar(source, store)
    except _DAMAGED as problem:
        if isinstance(problem, OSError) and problem.errno in _OURS:
            raise
        raise SubmissionError(
            f"{shown(source.name)} is damaged or not such an archive", "Pack it anew without a password, and submit it."
        ) from None


def _from_zip(source: Path, store: Store) -> None:
    _check_entries(source, store)
    with zipfile.ZipFile(source) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        prefix = _common_folder(_plain(member.filename) for member in members)
        for member in members:
            path = _plain(member.filename).removeprefix(prefix)
            if not store.wants(path):
                continue
            if member.external_attr >> 16 & 0o170000 == _LINK:
                store.notice(f"{shown(path)} was left out: it is a symbolic link.")
                continue
            # The library unpacks the other methods a piece at a time, however large that one piece becomes.
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise SubmissionError(f"{shown(path)} is packed in an unusual way", "Pack it with an ordinary zip.")
            store.check_size(path, member.file_size)
            with archive.open(member) as file:
                store.add(path, _pieces(file), executable=bool(member.external_attr >> 16 & 0o100))


def _check_entries(source: Path, store: Store) -> None:
    """Count the entries before they are read: each takes a thousand bytes of memory for fifty of an archive."""
    if not source.stat().st_size:
        return
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for number, _ in enumerate(_ZIP_ENTRY.finditer(content)):
            if number >= store.limits.entries:
                raise too_much(f"it has more than {store.limits.entries:,} files and folders")


def _from_tar(source: Path, store: Store) -> None:
    with _unpacked(source, store) as plain, tarfile.open(fileobj=_Careful(plain), mode="r:") as archive:
        members = [member for member in _members(archive, store) if not member.isdir()]
        prefix = _common_folder(_plain(member.name) for member in members)
        for member in members:
            path = _plain(member.name).removeprefix(prefix)
            if not store.wants(path):
                continue
            if not member.isreg() or member.issparse():
                store.notice(f"{shown(path)} was left out: it is not a plain file.")
                continue
            store.check_size(path, member.size)
            file = archive.extractfile(member)
            if file is not None:
                store.add(path, _pieces(file, _HEADER), executable=bool(member.mode & 0o100))


@contextmanager
def _unpacked(source: Path, store: Store) -> Iterator[IO[bytes]]:
    """The tar itself, unpacked to a temporary file: a small archive may unpack to more than any disk holds."""
    suffix = next(suffix for suffix in _OPENERS if source.name.lower().endswith(suffix))
    left = bound = store.limits.unpacked_bytes
    with tempfile.TemporaryFile() as plain, _OPENERS[suffix](source, "rb") as packed:
        for piece in _pieces(packed):
            left -= len(piece)
            if left < 0:
                raise too_much(f"the archive unpacks to more than {bound >> 20} MB")
            plain.write(piece)
        plain.seek(0)
        yield plain


def _members(archive: tarfile.TarFile, store: Store) -> Iterator[tarfile.TarInfo]:
    """Every member's header, within the bounds on their number and on the time: some are made to be slow to read."""
    end = time.monotonic() + _SECONDS
    for number, member in enumerate(archive):
        if member.size < 0:
            raise tarfile.ReadError("leads backwards")
        if number >= store.limits.entries:
            raise too_much(f"it has more than {store.limits.entries:,} files and folders")
        if time.monotonic() > end:
            raise too_much(f"the archive takes more than {_SECONDS} seconds to read")
        yield member


class _Careful(io.RawIOBase):
    """A file that is read in small pieces only: a header that asks for more is made to exhaust whoever parses it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= _HEADER:
            raise too_much("the archive has a header out of all proportion")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def _plain(name: str) -> str:
    """``./a//b`` as ``a/b``; what is absolute or leads upwards stays so, to be left out."""
    return ("/" if name.startswith("/") else "") + "/".join(part for part in name.split("/") if part not in ("", "."))


def _common_folder(names: Iterable[str]) -> str:
    """``project/`` where everything lies in that folder and it is not the project itself; else ""."""
    found: set[tuple[str, bool]] = set()
    for name in names:
        top, slash, _ = name.partition("/")
        if not is_made_by_tools(top):
            found.add((top, bool(slash)))
            if len(found) > 1:
                return ""
    top, inside = found.pop() if found else ("", False)
    return f"{top}/" if inside and top not in ("", "..", "src") else ""


def _pieces(file: IO[bytes], size: int = _PIECE) -> Iterator[bytes]:
    while piece := file.read(size):
        yield piece
