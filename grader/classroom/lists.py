"""The instructor's lists, as CSV: the roster of a class, and an index of what was handed in when."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

import msgspec

from grader.classroom.found import key
from grader.classroom.people import HandIn, Student
from grader.domain.errors import UsageError_
from grader.given.text_file import read_text
from grader.intake.names import shown

_LARGEST = 16 << 20
_ROSTER = tuple(f.name for f in fields(Student) if f.name != "enrolled")
_INDEX = ("student", "path", "attempt", "submitted_at")
# Headings of what other programs export.
_ALIASES = {
    "student": "name",
    "student id": "id",
    "user id": "id",
    "sid": "id",
    "id number": "id",
    "username": "login",
    "full name": "name",
    "first name": "first_name",
    "last name": "last_name",
    "surname": "last_name",
    "email address": "email",
    "e-mail": "email",
    "canvas id": "canvas_id",
    "sis user id": "sis_id",
    "sis id": "sis_id",
    "sis login id": "login",
}


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: Mapping[str, str]


def read_roster(path: Path) -> tuple[Student, ...]:
    """The students of a roster, by their ids: a CSV file with a column ``id`` and any of the fields of ``Student``.

    Rows that are the same count once. Other columns are left alone.

    Raises:
        UsageError_: it cannot be read, an id is missing, or is on two lines that differ; the message names the lines.
    """
    seen: dict[str, tuple[int, Student]] = {}
    handed: dict[str, int] = {}
    for row in _rows(path, _ROSTER, ("id",), _ALIASES):
        student = msgspec.convert({name: row.cells.get(name, "") for name in _ROSTER}, Student)
        if not student.id:
            raise UsageError_(f"{path}, line {row.line}: the id is empty", "Give every student an id of their own.")
        line, other = seen.get(key(student.id), (0, student))
        if other != student:
            raise UsageError_(
                f"{path}, lines {line} and {row.line}: {shown(student.id)} is there twice, with different entries",
                "Take one of the lines away, or give each student an id of their own.",
            )
        if line:
            continue
        name = key(student.submission or student.id)
        if name in handed:
            raise UsageError_(
                f"{path}, lines {handed[name]} and {row.line}: both are to have handed in {shown(name)}",
                "Name what each of them handed in, in the column `submission`.",
            )
        seen[key(student.id)], handed[name] = (row.line, student), row.line
    return tuple(student for _, student in sorted(seen.values(), key=lambda entry: entry[1].id))


def read_index(path: Path, folder: Path) -> tuple[HandIn, ...]:
    """What was handed in, when, and as which attempt: a CSV file with ``student``, ``path`` in the folder, and perhaps
    ``attempt`` (1 where it is left out) and ``submitted_at`` (ISO 8601 with an offset).

    Raises:
        UsageError_: it cannot be read, or a line is wrong; the message names the line.
    """
    seen: dict[tuple[str, int], tuple[int, HandIn]] = {}
    for row in _rows(path, _INDEX, ("student", "path"), {"id": "student", "file": "path"}):
        place = f"{path}, line {row.line}"
        given = HandIn(
            student=_filled(row, "student", place),
            attempt=_attempt(row.cells.get("attempt", ""), place),
            path=_inside(folder, _filled(row, "path", place), place),
            submitted_at=moment(row.cells.get("submitted_at", ""), place),
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


def _filled(row: _Row, column: str, place: str) -> str:
    if not row.cells.get(column):
        raise UsageError_(f"{place}: the column `{column}` is empty", "Fill it, or take the line away.")
    return row.cells[column]


def _attempt(text: str, place: str) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) < 10**6):
        raise UsageError_(f"{place}: {shown(text)} is no number of an attempt", "Attempts are 1, 2, 3 …")
    return int(text)


def _inside(folder: Path, text: str, place: str) -> Path:
    path = Path(text)
    if path.is_absolute() or ".." in path.parts:
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
    if found is None or found.tzinfo is None:
        raise UsageError_(
            f"{place}: {shown(text)} is no time with an offset",
            "Write it as 2026-03-01T23:59:00+01:00, or with a Z at its end for UTC.",
        )
    return found


def _rows(path: Path, known: Iterable[str], required: Iterable[str], aliases: Mapping[str, str]) -> list[_Row]:
    text = read_text(path, largest=_LARGEST)
    first = text.lstrip().partition("\n")[0]
    between = max(",;\t", key=first.count)  # spreadsheets write what is usual in their country
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    rows: list[_Row] = []
    heading: list[str] | None = None
    try:
        for cells in reader:
            clean = [unicodedata.normalize("NFC", " ".join(cell.split())) for cell in cells]
            if not any(clean):
                continue
            if heading is None:
                heading = _heading(path, clean, set(known), tuple(required), aliases)
                continue
            if len(clean) > len(heading):
                raise UsageError_(
                    f"{path}, line {reader.line_num}: it has more cells than the heading",
                    'Put a value that has a comma in it in quotes: "Moss, Ina".',
                )
            rows.append(_Row(reader.line_num, {n: v for n, v in zip(heading, clean, strict=False) if n}))
    except csv.Error as problem:
        raise UsageError_(f"{path}, line {reader.line_num}: {problem}", "Save it as CSV with commas.") from None
    if not rows:
        raise UsageError_(f"{path} has no rows", f"It begins with a line of headings: {', '.join(known)}.")
    return rows


def _heading(
    path: Path, cells: list[str], known: set[str], required: tuple[str, ...], aliases: Mapping[str, str]
) -> list[str]:
    """The names of the columns; "" for those that say nothing here."""
    names = [cell.casefold() for cell in cells]
    heading = [n.replace(" ", "_") if n.replace(" ", "_") in known else "" for n in names]
    for place, name in enumerate(names):
        alias = aliases.get(name, "")
        if not heading[place] and alias not in heading:
            heading[place] = alias
    doubled = sorted({name for name in heading if name and heading.count(name) > 1})
    missing = [name for name in required if name not in heading]
    if doubled or missing:
        wrong = f"two columns are called {doubled[0]}" if doubled else f"there is no column `{missing[0]}`"
        raise UsageError_(f"{path}: {wrong}", f"The first line has the headings, such as: {', '.join(sorted(known))}.")
    return heading
