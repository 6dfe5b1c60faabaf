"""A program: reads an archive, lists what is in it, and sends the contents that it is asked for.

Started as ``python unpack.py ORDER ARCHIVE_FD SCRATCH_FD BOUNDS``. It writes messages: one byte that says what it is,
four for the length, and as many as that. ``L`` is the list of entries, ``D`` a piece of the content asked for, ``E``
its end, ``R`` a refusal. Nothing is extracted by the archive's own rules; members are read one by one.
"""

import json
import sys

ORDER = json.loads(sys.argv[1])
sys.path += ORDER["path"]

import bz2
import encodings.cp437  # names in a zip; nothing can be imported later
import encodings.utf_8_sig  # noqa: F401
import errno
import gzip
import io
import lzma
import mmap
import os
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from grader.reader.confine import confine, or_crash

_PIECE = 1 << 18
_HEADER = 1 << 14
_LONGEST_PATH = 2000
_LONGEST_TOLD, _DEEPEST_TOLD = 40, 2
_LINK = 0o120000
_UTF_8 = 0x800
_OF_WINDOWS = (0, 10, 14)  # FAT, NTFS, VFAT
_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd", 99: "AES encryption"}
_ZIP_ENTRY = re.compile(rb"PK\x01\x02")
_OPENERS: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"\xfd7zXZ\0": lzma.open, b"BZh": bz2.open}
_OURS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE)
Listed = tuple[str, int, bool, str]
Read = Callable[[int], Iterator[bytes]]


class Refusal(Exception):
    """Why the archive is not read.

    ``kind`` is ``large`` (``text`` goes on from "the submission cannot be taken in:"), ``packed`` (``text`` is the
    method) or ``locked``.
    """

    def __init__(self, kind: str, text: str = "") -> None:
        super().__init__(kind, text)
        self.kind, self.text = kind, text


def main() -> None:
    """Confine this process, then list and read."""
    archive_fd, scratch_fd, bounds = int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])
    confine(ORDER["bounds"], nowhere=ORDER["nowhere"])
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    try:
        _serve(archive_fd, scratch_fd, bounds)
    except Refusal as refusal:
        _send(b"R", json.dumps([refusal.kind, refusal.text]).encode())
    except MemoryError:
        _send(b"R", b'["large", "the archive takes more memory to read than its files are worth"]')
    except OSError as problem:
        _send(b"R", json.dumps(["disk" if problem.errno in _OURS else "damaged", ""]).encode())
    except ImportError:
        raise  # something was not made ready: a fault of ours
    except Exception:  # damaged, encrypted, or made to let its reader stumble
        _send(b"R", b'["damaged", ""]')


def _serve(archive_fd: int, scratch_fd: int, bounds: dict[str, int]) -> None:
    with os.fdopen(archive_fd, "rb") as file:
        start = file.read(8)
        file.seek(0)
        listed, read = _zip(file, bounds) if start[:2] == b"PK" else _tar(file, start, scratch_fd, bounds)
        _send(b"L", json.dumps([[_carried(path), *rest] for path, *rest in listed]).encode())
        for index in json.loads(sys.stdin.buffer.readline()):
            for piece in read(index):
                _send(b"D", piece)
            _send(b"E", b"")


def _send(kind: bytes, data: bytes) -> None:
    sys.stdout.buffer.write(kind + len(data).to_bytes(4) + data)
    sys.stdout.buffer.flush()


def _carried(path: str) -> str:
    """Any name as JSON carries it: its bytes, one a character. What is too long for a file stays too long."""
    return os.fsencode(path[:_LONGEST_PATH]).decode("latin-1")


def _zip(file: IO[bytes], bounds: dict[str, int]) -> tuple[list[Listed], Read]:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        # Counted before they are read: each takes a thousand bytes of memory for fifty of an archive.
        for number, entry in enumerate(_ZIP_ENTRY.finditer(content)):
            if number >= bounds["entries"]:
                before = _ZIP_ENTRY.finditer(content, 0, entry.start())
                raise _too_many((_central_name(content, one.start()) for one in before), bounds["entries"])
    archive = zipfile.ZipFile(file)
    members = archive.infolist()
    names = _with_slashes([(_zip_name(member), member.create_system in _OF_WINDOWS) for member in members])
    files = [(name, member) for name, member in zip(names, members, strict=True) if not name.endswith("/")]
    listed = [_zip_entry(name, member) for name, member in files]
    return listed, lambda index: _pieces(_opened(archive, files[index][1]), _PIECE)


def _central_name(content: mmap.mmap, start: int) -> str:
    """The name in an entry of a zip's directory, which begins there."""
    size = int.from_bytes(content[start + 28 : start + 30], "little")
    return content[start + 46 : start + 46 + size].decode("utf-8", "replace").replace("\\", "/")


def _too_many(names: Iterable[str], most: int) -> Refusal:
    """That there are more names than are read, of which ``names`` are the first, and the folder that has most."""
    folders: dict[str, int] = {}
    for name in names:
        folder = "/".join(name.removeprefix("./").split("/")[:-1][:_DEEPEST_TOLD])
        folders[folder] = folders.get(folder, 0) + 1
    fullest = max(folders, key=lambda folder: folders[folder], default="")
    where = f"; most of them lie in {fullest[:_LONGEST_TOLD]}/" if fullest else ""
    return Refusal("large", f"it has more than {most:,} files and folders{where}")


def _zip_name(member: zipfile.ZipInfo) -> str:
    """The name. A Mac writes UTF-8 and does not say so, and what does not say so is read as an old code page."""
    if member.flag_bits & _UTF_8 or member.filename != member.orig_filename:
        return member.filename
    try:
        return member.filename.encode("cp437").decode()
    except UnicodeError:
        return member.filename


def _with_slashes(names: list[tuple[str, bool]]) -> list[str]:
    r"""Names with ``/`` between folders, each given with whether it comes from Windows, where ``\`` is in no name.

    An archive with ``\`` in names and no ``/`` at all is from there too, whatever it says.
    """
    all_of_them = not any("/" in name for name, _ in names)
    return [name.replace("\\", "/") if windows or all_of_them else name for name, windows in names]


def _zip_entry(name: str, member: zipfile.ZipInfo) -> Listed:
    link = member.external_attr >> 16 & 0o170000 == _LINK
    executable = bool(member.external_attr >> 16 & 0o100)
    return name, member.file_size, executable, "it is a symbolic link" if link else ""


def _opened(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    if member.flag_bits & 1:
        raise Refusal("locked")
    # The library unpacks the other methods a piece at a time, however large that one piece becomes.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refusal("packed", _METHODS.get(member.compress_type, f"method {member.compress_type}"))
    return archive.open(member)


def _tar(file: IO[bytes], start: bytes, scratch_fd: int, bounds: dict[str, int]) -> tuple[list[Listed], Read]:
    archive = tarfile.open(fileobj=_Careful(_unpacked(file, start, scratch_fd, bounds["unpacked_bytes"])), mode="r:")
    members: list[tarfile.TarInfo] = []
    for number, member in enumerate(archive):
        if member.size < 0:
            raise tarfile.ReadError("leads backwards")
        if number >= bounds["entries"]:
            raise _too_many((one.name for one in members), bounds["entries"])
        if not member.isdir():
            members.append(member)
    names = _with_slashes([(member.name, False) for member in members])
    odd = ["" if _is_plain(member) else _oddity(member) for member in members]
    listed = [(n, m.size, bool(m.mode & 0o100), o) for n, m, o in zip(names, members, odd, strict=True)]

    def read(index: int) -> Iterator[bytes]:
        content = archive.extractfile(members[index])
        return _pieces(content, _HEADER) if content is not None else iter(())

    return listed, read


def _oddity(member: tarfile.TarInfo) -> str:
    return "it is a symbolic link" if member.issym() else "it is not a plain file"


def _is_plain(member: tarfile.TarInfo) -> bool:
    return member.isreg() and not member.issparse()


def _unpacked(file: IO[bytes], start: bytes, scratch_fd: int, bound: int) -> IO[bytes]:
    """The tar itself, unpacked to a temporary file: a small archive may unpack to more than any disk holds."""
    opener = next((opener for magic, opener in _OPENERS.items() if start.startswith(magic)), None)
    if opener is None:
        return file
    plain, left = os.fdopen(scratch_fd, "w+b"), bound
    with opener(file, "rb") as packed:
        for piece in _pieces(packed, _PIECE):
            left -= len(piece)
            if left < 0:
                raise Refusal("large", f"the archive unpacks to more than {bound >> 20} MB")
            plain.write(piece)
    plain.seek(0)
    return plain


class _Careful(io.RawIOBase):
    """A file that is read in small pieces only: a header that asks for more is made to exhaust whoever parses it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= _HEADER:
            raise Refusal("large", "the archive has a header out of all proportion")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def _pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    while piece := file.read(size):
        yield piece


if __name__ == "__main__":
    or_crash(main)
