"""Reads a submission that was taken in: the words of its own, and their fingerprints. Hostile files are bounded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader.classroom.similar.body import Body, Source
from grader.classroom.similar.given import Given, file_hash
from grader.classroom.similar.tokens import read_tokens
from grader.classroom.similar.winnowing import K, grams, winnow
from grader.domain.text import one_line

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is read of one submission, sizes in bytes; the course's own solution has a tenth of each, at most."""

    files: int = 2_000
    file_bytes: int = 256 << 10
    line: int = 20_000  # characters; no person writes such a line
    total_bytes: int = 8 << 20
    words: int = 500_000


@dataclass(slots=True)
class _Left:
    """What may still be read, and what was not."""

    files: int
    total: int
    words: int
    notes: list[str] = field(default_factory=list)

    def tell(self, path: str, why: str) -> None:
        if len(self.notes) < _MOST_NAMED:
            self.notes.append(f"{one_line(path)}: {why}")
        elif len(self.notes) == _MOST_NAMED:
            self.notes.append("and more files")


def is_compared(path: str) -> bool:
    """Whether a file is code that somebody wrote: of migrations Django writes most."""
    parts = PurePosixPath(path).parts
    return path.endswith(".py") and "migrations" not in parts[:-1]


def read_body(root: Path, paths: Iterable[str], given: Given, bounds: Bounds | None = None) -> Body:
    """The body of a submission: the files at these ``paths`` below ``root`` that are compared."""
    most = bounds or Bounds()
    left = _Left(most.files, most.total_bytes, most.words)
    files = tuple(_sources(root, filter(is_compared, paths), given, most, left))
    own = sum(file.given.count(0) for file in files)
    return Body(files, own, tuple(left.notes))


def _sources(root: Path, paths: Iterable[str], given: Given, most: Bounds, left: _Left) -> Iterator[Source]:
    for path in paths:
        if min(left.files, left.total, left.words) <= 0:
            left.tell(path, "and all after it were not compared: there is too much")
            return
        data = _read(root / path, most, path, left)
        if data is None or file_hash(data) in given.files:
            continue
        left.files -= 1
        left.total -= len(data)
        text = data.decode("utf-8-sig", "replace")
        if max(map(len, text.splitlines()), default=0) > most.line:
            left.tell(path, f"not compared: it has a line of more than {most.line:,} characters")
            continue
        if (source := _source(path, text, given, left)) is not None:
            yield source


def _read(path: Path, most: Bounds, name: str, left: _Left) -> bytes | None:
    try:
        with path.open("rb") as file:
            data = file.read(most.file_bytes + 1)
    except OSError as problem:
        left.tell(name, f"not compared: {problem.strerror}")
        return None
    if len(data) > most.file_bytes:
        left.tell(name, f"not compared: it is larger than {most.file_bytes >> 10} kB")
        return None
    return data


def _source(path: str, text: str, given: Given, left: _Left) -> Source | None:
    """The file; ``None`` where nothing in it is its own."""
    found = read_tokens(text, left.words)
    left.words -= len(found.words)
    if found.broken_at is not None:
        left.tell(path, f"compared up to line {found.broken_at} only: Python cannot read it from there on")
    hashes = grams(found.words)
    mask = bytearray(len(found.words))
    for place, value in enumerate(hashes):
        if value in given.grams:
            mask[place : place + K] = b"\1" * K
    chosen = list(winnow(hashes, given.grams))
    return Source.of(path, text, found.lines, bytes(mask), chosen) if chosen else None
