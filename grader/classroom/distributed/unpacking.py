"""What was packed elsewhere, unpacked in a folder of ours, with every name and kind looked at."""

import gzip
import os
import tarfile
from pathlib import Path
from typing import IO

from grader.classroom.distributed.parcel import EXISTS, LARGEST, LINKED, NOWHERE, SIZE, TOP

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PIECE = 1 << 20
_DIGITS = 12


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
        if TOP in member.pax_headers:
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
        path.symlink_to("." if EXISTS in member.pax_headers else NOWHERE)
    elif member.isreg():
        _write(tar, member, path)
        if LINKED in member.pax_headers:
            outside.mkdir(exist_ok=True)
            (outside / str(len(list(outside.iterdir())))).hardlink_to(path)
    else:
        raise ValueError("there is something in it that is never sent")


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    content = tar.extractfile(member)
    with os.fdopen(os.open(path, _NEW, 0o644), "wb") as file:
        while content is not None and (piece := content.read(_PIECE)):
            file.write(piece)
        size = member.pax_headers.get(SIZE)
        if size is not None:
            if not (size.isascii() and size.isdecimal() and len(size) <= _DIGITS):
                raise ValueError("a size in it is none")
            file.truncate(int(size))
        os.fchmod(file.fileno(), member.mode & 0o755)
