"""The files of earlier commits, read as objects: what was committed once is known, whatever was done to it later."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from grader import ending
from grader.domain.errors import EnvironmentError_, SubmissionError
from grader.intake.commit import Git
from grader.intake.objects import ANEW, DAMAGED
from grader.intake.repository import find_repository
from grader.intake.revision import resolve

_CHANGE = re.compile(r":\d{6} 100\d{3} [0-9a-f]+ ([0-9a-f]{40,64}) [A-Z]\d*")
_COMMIT = re.compile(r"\n*([0-9a-f]{40,64})")
_MOST_FILES, _MOST_BYTES, _LARGEST = 20_000, 64 << 20, 1 << 20
_LONGEST = 1 << 16


@dataclass(frozen=True, slots=True)
class Past:
    """A file as some commit had it: the latest that wrote this content to this path."""

    commit: str
    path: str
    content: bytes


def tip_of(folder: Path, name: str = "HEAD") -> str:
    """The hash of the commit whose history is read; "" where the folder is none, has no such commit, or git is away."""
    try:
        repository = find_repository(folder)
        with ending.room("track-git-") as place:
            return resolve(repository, name, Git(place, repository).lines)
    except (SubmissionError, EnvironmentError_):
        return ""


def read_history(folder: Path, tip: str) -> Iterator[Past]:
    """What the commit and those before it wrote, the latest first; files of more than 1 MB and links are left out.

    Raises:
        SubmissionError: the repository is damaged, lacks older commits, or holds more than is looked through.
    """
    repository = find_repository(folder)
    with ending.room("track-git-") as place:
        git = Git(place, repository)
        written = _written(git, tip)
        with git.running("cat-file", "--batch") as (ask, answer):
            total = 0
            for name, (commit, path) in written.items():
                content = _content(name, ask, answer)
                total += len(content or b"")
                if total > _MOST_BYTES:
                    raise _too_much()
                if content is not None:
                    yield Past(commit, path, content)


def _written(git: Git, tip: str) -> dict[str, tuple[str, str]]:
    """By the name of a file's content, the commit and the path that it was first seen with."""
    found: dict[str, tuple[str, str]] = {}
    words = ("log", "--raw", "-z", "--no-renames", "--no-abbrev", "-m", "--root", "--format=%H", tip)
    commit = name = ""
    with git.running(*words) as (_, listing):
        for record in _records(listing):
            text = record.decode("utf-8", "replace")
            if name:
                found.setdefault(name, (commit, text))
                name = ""
            elif change := _CHANGE.fullmatch(text.lstrip("\n")):
                name = change[1]
            elif text.lstrip("\n").startswith(":"):
                name = "-"  # a link, a submodule or a deletion: its path follows
            elif begun := _COMMIT.fullmatch(text):
                commit = begun[1]
            if len(found) > _MOST_FILES:
                raise _too_much()
    found.pop("-", None)
    return found


def _records(listing: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while piece := listing.read1(_LONGEST):  # type: ignore[attr-defined]
        *whole, rest = (rest + piece).split(b"\0")
        yield from whole
        if len(rest) > _LONGEST:
            raise SubmissionError(DAMAGED, ANEW)


def _content(name: str, ask: IO[bytes], answer: IO[bytes]) -> bytes | None:
    ask.write(f"{name}\n".encode())
    ask.flush()
    header = answer.readline(_LONGEST).split()
    if len(header) != 3 or header[1] != b"blob":
        raise SubmissionError(DAMAGED, ANEW)
    size, kept = int(header[2]), bytearray()
    small = size <= _LARGEST
    while size:
        piece = answer.read(min(size, _LONGEST))
        if not piece:
            raise SubmissionError(DAMAGED, ANEW)
        size -= len(piece)
        if small:
            kept += piece
    answer.read(1)
    return bytes(kept) if small else None


def _too_much() -> SubmissionError:
    return SubmissionError(
        f"its history holds more than {_MOST_FILES:,} files or {_MOST_BYTES >> 20} MB", "Look through it yourself."
    )
