"""What lies in the folder of a class's submissions: a folder or an archive for each, and a mark for its bytes."""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from grader.classroom.people import HandIn
from grader.domain.errors import UsageError_
from grader.domain.text import one_line
from grader.given.names import key
from grader.given.roster import Student
from grader.intake.limits import IntakeLimits
from grader.intake.names import is_made_by_tools, shown

_SUFFIXES = (".tar.gz", ".tar.xz", ".tar.bz2", ".tgz", ".zip", ".tar")
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PIECE = 1 << 20
_MOST_NAMED = 5


def find(folder: Path, students: Iterable[Student]) -> tuple[HandIn, ...]:
    """What was handed in, by student; each name is the student's id, or what the roster has in ``submission``.

    A folder that holds nothing but one archive, as some platforms write them, is that archive.

    Raises:
        UsageError_: it is no folder, has nothing in it, is a submission itself, or holds two of one student.
    """
    known = tuple(students)
    names = {key(s.submission or s.id): s.id for s in known}
    ids = {key(s.id): s.id for s in known}
    found: dict[str, Path] = {}
    doubled = []
    for path in _entries(folder):
        name = name_of(path)
        student = names.setdefault(key(name), ids.get(key(name), name))
        if student in found:
            doubled.append(f"{shown(found[student].name)} and {shown(path.name)}")
        found[student] = path
    if doubled:
        raise UsageError_(
            f"{len(doubled)} handed in twice: {'; '.join(doubled[:_MOST_NAMED])}",
            "Take one of each away, or say what is which attempt in a file: --index submissions.csv.",
        )
    return tuple(HandIn(student, 1, _inner(path)) for student, path in sorted(found.items()))


def name_of(path: Path) -> str:
    """The name of a folder, or of an archive without what tells its kind, as text in one spelling (NFC)."""
    name = path.name
    if not _is_folder(path):
        suffix = next((s for s in _SUFFIXES if name.lower().endswith(s)), "")
        name = name[: len(name) - len(suffix)] or name
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return one_line(unicodedata.normalize("NFC", text)) or "unnamed"


def _entries(folder: Path) -> list[Path]:
    try:
        paths = sorted(p for p in folder.iterdir() if not p.name.startswith(".") and not is_made_by_tools(p.name))
    except OSError as problem:
        raise UsageError_(
            f"the submissions in {folder} cannot be listed: {problem.strerror}",
            "Name the folder that holds one folder or archive for each student.",
        ) from None
    names = {p.name for p in paths}
    if "manage.py" in names or {"pyproject.toml", "src"} <= names:
        raise UsageError_(
            f"{folder} is a project, not a folder of submissions",
            f"Name the folder above it, or grade it by itself: grader grade {folder}",
        )
    if not paths:
        raise UsageError_(f"{folder} has no submissions", "It holds one folder or archive for each student.")
    return paths


def _inner(path: Path) -> Path:
    """The only archive in the folder, where nothing else is; else the path itself."""
    with suppress(OSError):
        if not _is_folder(path):
            return path
        with os.scandir(path) as entries:
            inside = list(islice((e for e in entries if not is_made_by_tools(e.name)), 2))
        if len(inside) == 1 and inside[0].is_file(follow_symlinks=False):
            return path / inside[0].name if inside[0].name.lower().endswith(_SUFFIXES) else path
    return path


def _is_folder(path: Path) -> bool:
    """Whether it is one itself: a link to one is a link."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def mark_of(given: HandIn) -> str:
    """What names the bytes that were handed in: of a commit its hash does, wherever the repository lies."""
    return mark(given.path) if given.commit is None else hashlib.sha256(given.commit.encode()).hexdigest()


def mark(path: Path, limits: IntakeLimits | None = None) -> str:
    """A SHA-256, in hex, over the bytes at the path: another one is another submission.

    No more is read than is ever taken in, and nothing but plain files, of a folder those that no tool made.
    """
    bounds = limits or IntakeLimits()
    digest = hashlib.sha256()
    left = bounds.archive_bytes + 1
    for name, file in _files(path, bounds):
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
        left -= _read_into(digest, file, left)
    return digest.hexdigest()


def _files(path: Path, bounds: IntakeLimits) -> Iterator[tuple[str, Path]]:
    if not _is_folder(path):
        yield "", path
        return
    listed = 0
    for above, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not is_made_by_tools(name))
        for name in sorted(names):
            listed += 1
            if listed > bounds.listed:
                return
            if not is_made_by_tools(name):
                file = Path(above) / name
                yield str(file.relative_to(path)), file


def _read_into(digest: "hashlib._Hash", path: Path, left: int) -> int:
    """Reads a plain file, at most so many bytes of it; gives how many there were. Of any other, its kind."""
    try:
        with os.fdopen(os.open(path, _FILE), "rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                digest.update(b"%d" % stat.S_IFMT(facts.st_mode))
                return 0
            digest.update(b"%d %d\0" % (facts.st_size, facts.st_mode & 0o111))
            read = 0
            while read < left and (piece := file.read(min(_PIECE, left - read))):
                digest.update(piece)
                read += len(piece)
            return read
    except OSError as problem:
        digest.update(b"%d" % (problem.errno or 0))
        return 0
