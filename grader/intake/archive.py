"""Files from a zip or tar archive, read by a process without rights that sends them here one after the other."""

import errno
import json
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from grader.domain.errors import SubmissionError
from grader.intake.entries import Entry, too_much
from grader.intake.limits import IntakeLimits
from grader.intake.names import shown
from grader.reader.launch import Bounds, Child

_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2")
# The first bytes of what is read, and of what else people hand in.
_READ = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")
_OTHERS = {
    b"Rar!\x1a\x07": "a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"\x28\xb5\x2f\xfd": "packed with Zstandard",
    b"MSCF": "a Cabinet archive",
    b"xar!": "a XAR archive",
    b"# v2 git bundle": "a bundle of git",
    b"# v3 git bundle": "a bundle of git",
    b"%PDF": "a PDF document",
    b"<!doctype html": "a web page, such as a form to log in, that was saved in place of the download",
    b"<html": "a web page, such as a form to log in, that was saved in place of the download",
}
_TAR_MARK = slice(257, 262)
_START = 512
_SECONDS = 30
_MEMORY_MB = 768
_LARGEST_LIST = 64 << 20
_LARGEST_PIECE = 1 << 20
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def refuse_unless_archive(path: Path) -> None:
    """Raise ``SubmissionError`` for a file that is no archive which can be read; its first bytes tell, not its name."""
    start = _start(path)
    if start.startswith(_READ) or start[_TAR_MARK] == b"ustar":
        return
    what = next((what for magic, what in _OTHERS.items() if start.lower().startswith(magic.lower())), "")
    name = shown(str(path))
    if what:
        raise SubmissionError(f"{name} is {what}", "Pack the folder that holds manage.py as .zip or .tar.gz.")
    if not start:
        raise SubmissionError(f"{name} is empty", "The upload may have failed: submit it again.")
    if not path.name.lower().endswith(_SUFFIXES):
        raise SubmissionError(
            f"{name} is a file, not a project",
            f"Name the folder that holds manage.py, or an archive of it ({', '.join(_SUFFIXES)}).",
        )


def _start(path: Path) -> bytes:
    """The first bytes of a plain file that can be opened; nothing of any other."""
    try:
        with os.fdopen(os.open(path, _FILE), "rb") as file:
            return file.read(_START) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b"?"
    except OSError:
        return b"?"


@contextmanager
def archive_source(source: Path, limits: IntakeLimits) -> Iterator["ArchiveSource"]:
    """The plain files of the archive, whose kind is told by its first bytes."""
    with _opened(source, limits) as archive, tempfile.TemporaryFile() as scratch:
        bounds = {"entries": limits.listed, "unpacked_bytes": limits.unpacked_bytes}
        child = Child(
            "unpack.py",
            [str(archive.fileno()), str(scratch.fileno()), json.dumps(bounds)],
            Bounds(_SECONDS, _MEMORY_MB, file_mb=(limits.unpacked_bytes >> 20) + 1),
            pass_fds=(archive.fileno(), scratch.fileno()),
        )
        with child:
            child.await_ready()
            yield ArchiveSource(child, shown(source.name))


@contextmanager
def _opened(source: Path, limits: IntakeLimits) -> Iterator[IO[bytes]]:
    """The archive itself: no link, no pipe, and no larger than what is read at all."""
    with os.fdopen(os.open(source, _FILE), "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > limits.archive_bytes:
            raise too_much(f"the archive is larger than {limits.archive_bytes >> 20} MB")
        yield file


class ArchiveSource:
    """Keeps ``entries.Source`` for an archive that a child reads. What the child says is taken with the same care."""

    commit = None

    def __init__(self, child: Child, name: str) -> None:
        self._child, self._name = child, name
        kind, data = self._message(_LARGEST_LIST)
        if kind != b"L":
            raise self._damaged()
        try:
            listed = msgspec.json.decode(data, type=list[tuple[str, int, bool, str]])
            found = [
                Entry(_plain(os.fsdecode(path.encode("latin-1"))), size, executable, str(number), oddity)
                for number, (path, size, executable, oddity) in enumerate(listed)
            ]
        except (msgspec.DecodeError, UnicodeError):
            raise self._damaged() from None
        self.entries = list({entry.path: entry for entry in found}.values())

    def contents(self, wanted: list[Entry]) -> Iterator[tuple[Entry, Iterable[bytes] | None]]:
        """See ``entries.Source``."""
        try:
            self._child.stdin.write(json.dumps([int(entry.key) for entry in wanted]).encode() + b"\n")
            self._child.stdin.flush()
        except OSError:
            raise self._ending() from None
        for entry in wanted:
            pieces = self._pieces()
            yield entry, pieces
            for _ in pieces:
                pass  # what nobody wanted to have of it

    def _pieces(self) -> Iterator[bytes]:
        while (message := self._message(_LARGEST_PIECE))[0] == b"D":
            yield message[1]
        if message[0] != b"E":
            raise self._damaged()

    def _message(self, largest: int) -> tuple[bytes, bytes]:
        """The next message; a refusal is raised."""
        head = self._child.stdout.read(5)
        size = int.from_bytes(head[1:])
        if len(head) < 5:
            raise self._ending()
        if size > largest:
            raise self._damaged()
        data = self._child.stdout.read(size)
        if len(data) < size:
            raise self._ending()
        if head[:1] == b"R":
            raise self._refusal(data)
        return head[:1], data

    def _ending(self) -> Exception:
        if self._child.ended() == "slow":
            return too_much(f"the archive takes more than {_SECONDS} seconds to read")
        return self._damaged()

    def _refusal(self, data: bytes) -> Exception:
        try:
            kind, text = msgspec.json.decode(data, type=tuple[str, str])
        except msgspec.DecodeError:
            return self._damaged()
        if kind == "large":
            return too_much(*map(shown, text.split("; ", 1)))
        if kind == "packed":
            return SubmissionError(
                f"{self._name} is packed in an unusual way ({shown(text)})",
                "Pack it anew as an ordinary .zip (method Deflate) or as .tar.gz.",
            )
        if kind == "locked":
            return SubmissionError(f"{self._name} is locked with a password", "Pack it anew without one.")
        return OSError(errno.ENOSPC, "no space is left to unpack the archive") if kind == "disk" else self._damaged()

    def _damaged(self) -> SubmissionError:
        return SubmissionError(
            f"{self._name} is damaged: it breaks off, or is not what its first bytes say",
            "Pack the folder anew as .zip or .tar.gz, open the archive yourself once, and submit it.",
        )


def _plain(name: str) -> str:
    """``./a//b`` as ``a/b``; what is absolute or leads upwards stays so, to be left out."""
    return ("/" if name.startswith("/") else "") + "/".join(part for part in name.split("/") if part not in ("", "."))
