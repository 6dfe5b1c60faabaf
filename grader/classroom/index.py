"""The instructor's index of what was handed in when, as CSV."""

import re
from datetime import datetime
from pathlib import Path

from grader.classroom.people import HandIn
from grader.classroom.policy import is_dated
from grader.domain.errors import UsageError_
from grader.given.names import key
from grader.given.table import Columns, Row, rows_of
from grader.given.text_file import read_text
from grader.intake.names import shown

_LARGEST = 16 << 20
_DIGITS = 6  # of the number of an attempt
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_INDEX = Columns(("student", "path", "attempt", "submitted_at", "commit"), {"id": "student", "file": "path"})


def read_index(path: Path, folder: Path) -> tuple[HandIn, ...]:
    """What was handed in, when, and as which attempt: a CSV file with ``student``, ``path`` in the folder, and perhaps
    ``attempt`` (1 where it is left out), ``submitted_at`` (ISO 8601 with an offset) and ``commit``: the full hash of
    the commit that counts, where the path is a git repository.

    Raises:
        UsageError_: it cannot be read, or a line is wrong; the message names the line.
    """
    seen: dict[tuple[str, int], tuple[int, HandIn]] = {}
    for row in rows_of(path, read_text(path, largest=_LARGEST), _INDEX, ("student", "path")):
        place = f"{path}, line {row.line}"
        given = HandIn(
            student=_filled(row, "student", place),
            attempt=_attempt(row.cells.get("attempt", ""), place),
            path=_inside(folder, _filled(row, "path", place), place),
            submitted_at=moment(row.cells.get("submitted_at", ""), place),
            commit=full_hash(row.cells.get("commit", ""), place),
        )
        name = (key(given.student), given.attempt)
        if name in seen:
            raise UsageError_(
                f"{path}, lines {seen[name][0]} and {row.line}: attempt {given.attempt} of {shown(given.student)} "
                "is there twice",
                "Number the attempts of a student 1, 2, 3 in the column `attempt`.",
            )
        seen[name] = (row.line, given)
    return tuple(given for _, given in sorted(seen.values(), key=lambda entry: (entry[1].student, entry[1].attempt)))


def _filled(row: Row, column: str, place: str) -> str:
    if not row.cells.get(column):
        raise UsageError_(f"{place}: the column `{column}` is empty", "Fill it, or take the line away.")
    return row.cells[column]


def _attempt(text: str, place: str) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS and int(text) >= 1):
        raise UsageError_(f"{place}: {shown(text)} is no number of an attempt", "Attempts are 1, 2, 3 …")
    return int(text)


def full_hash(text: str, place: str) -> str | None:
    """The full hash of a commit; ``None`` for "". Raises ``UsageError_`` for anything else, with ``place``."""
    if text and not _COMMIT.fullmatch(text):
        raise UsageError_(
            f"{place}: {shown(text)} is no full hash of a commit",
            "Write all of it; a branch may mean another tomorrow.",
        )
    return text or None


def _inside(folder: Path, text: str, place: str) -> Path:
    path = Path(text)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise UsageError_(f"{place}: {shown(text)} leads out of the folder of submissions", "Name it from that folder.")
    return folder / path


def moment(text: str, place: str) -> datetime | None:
    """A time with an offset; ``None`` for "". Raises ``UsageError_`` for anything else, with ``place``."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not is_dated(found):
        raise UsageError_(
            f"{place}: {shown(text)} is no time with an offset",
            "Write it as 2026-03-01T23:59:00+01:00, or with a Z at its end for UTC.",
        )
    return found
