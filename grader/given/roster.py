"""The roster of a class: who is in it, and by which names they are known. One reader for all that ask.

Headings are our own or those of Canvas, Moodle, Gradescope, Blackboard and GitHub Classroom.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import msgspec

from grader.domain.errors import UsageError_
from grader.domain.text import clip, spelled
from grader.given.names import key
from grader.given.table import Columns, Row, delimiter, misspelt, rows_of, tidy
from grader.given.text_file import read_text

_LARGEST = 16 << 20
_LONGEST = 80
_POINTS_POSSIBLE = "points possible"  # a row of Canvas's gradebook that is nobody
_FOUND_BY = ("canvas_id", "sis_id", "login", "email")


@dataclass(frozen=True, slots=True)
class Student:
    """Somebody of the roster, or who handed in without being on it: then not ``enrolled``, and ``id`` is a file's name.

    All but ``id`` may be "": what an export needs of it and does not find, it says. ``submission`` is the name of what
    they handed in, where that is not ``id``.
    """

    id: str
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    section: str = ""
    canvas_id: str = ""
    sis_id: str = ""
    login: str = ""
    github_user: str = ""
    submission: str = ""
    enrolled: bool = True

    @property
    def shown(self) -> str:
        """The name by which people know them."""
        return self.name or " ".join(filter(None, (self.first_name, self.last_name))) or self.id


_FIELDS = tuple(f.name for f in fields(Student) if f.name != "enrolled")
NAMING = ("name", "first_name", "last_name", "id", "login", "email", "github_user")  # what a person is called by
COLUMNS = Columns(
    _FIELDS,
    {
        "student": "name",
        "full_name": "name",
        "first_names": "first_name",
        "given_name": "first_name",
        "surname": "last_name",
        "family_name": "last_name",
        "student_id": "id",
        "user_id": "id",
        "sid": "id",
        "id_number": "id",
        "identifier": "id",
        "username": "login",
        "login_id": "login",
        "sis_login_id": "login",
        "email_address": "email",
        "e-mail": "email",
        "mail": "email",
        "canvas_user_id": "canvas_id",
        "sis_user_id": "sis_id",
        "sections": "section",
        "github_username": "github_user",
    },
    frozenset(("github_id", "short_name", "sortable_name", "last_access", "last_login")),
)
_LIST = f"Write a name a line, or a CSV file with one of: {', '.join(NAMING)}."


def read_roster(path: Path) -> tuple[Student, ...]:
    """The students of a roster, by their ids: a CSV file with a column ``id`` and any of the fields of ``Student``.

    Rows that are the same count once. Other columns are left alone.

    Raises:
        UsageError_: it cannot be read, a heading is misspelt, an id is missing, or is on two lines that differ; the
            message names the lines.
    """
    seen: dict[str, tuple[int, Student]] = {}
    handed: dict[str, int] = {}
    found_by: dict[tuple[str, str], int] = {}
    for row in rows_of(path, read_text(path, largest=_LARGEST), COLUMNS, ("id",)):
        student = _student(row.cells)
        if not student.id and key(student.name) == _POINTS_POSSIBLE:
            continue
        if not student.id:
            raise UsageError_(f"{path}, line {row.line}: the id is empty", "Give every student an id of their own.")
        line, other = seen.get(key(student.id), (0, student))
        if other != student:
            raise UsageError_(
                f"{path}, lines {line} and {row.line}: {_short(student.id)} is there twice, with different entries",
                "Take one of the lines away, or give each student an id of their own.",
            )
        if line:
            continue
        name = key(student.submission or student.id)
        if name in handed:
            raise UsageError_(
                f"{path}, lines {handed[name]} and {row.line}: both are to have handed in {_short(name)}",
                "Name what each of them handed in, in the column `submission`.",
            )
        _refuse_doubled(path, row, found_by)
        seen[key(student.id)], handed[name] = (row.line, student), row.line
    return tuple(student for _, student in sorted(seen.values(), key=lambda entry: entry[1].id))


def read_names(path: Path) -> tuple[str, ...]:
    """All names by which somebody in the roster may be called: a CSV file with columns such as ``name``, ``login``,
    ``email`` or ``github_user``, or a name a line.

    Raises:
        UsageError_: it cannot be read, a heading is misspelt, or it names nobody.
    """
    text = read_text(path, largest=_LARGEST, find="Name its file.", shorten=_LIST)
    names = tuple(name for name in _names(path, text) if name)
    if not names:
        raise UsageError_(f"{path} names nobody", _LIST)
    return names


def _names(path: Path, text: str) -> Iterator[str]:
    first = next(filter(str.strip, text.split("\n")), "")
    cells = [tidy(cell.strip(' "')) for cell in first.split(delimiter(text))]
    if any(COLUMNS.meant(cell) in NAMING for cell in cells) and cells != ["Sid"]:  # who is one of them, most likely
        for row in rows_of(path, text, COLUMNS, ()):
            who = _student(row.cells)
            yield from (who.id, who.name, who.login, who.email, who.github_user)
            yield " ".join(filter(None, (who.first_name, who.last_name)))
        return
    # People who are called Nam begin with a capital letter.
    written = [cell for cell in cells if cell == cell.lower()]
    if near := COLUMNS.near(written, NAMING):
        raise misspelt(path, near, _LIST)
    yield from map(tidy, text.split("\n"))


def _refuse_doubled(path: Path, row: Row, found_by: dict[tuple[str, str], int]) -> None:
    """What platforms find people by is of one person alone, or a grade would be another's."""
    for column in _FOUND_BY:
        value = key(row.cells.get(column, ""))
        if not any(map(str.isalnum, value)):
            continue
        line = found_by.setdefault((column, value), row.line)
        if line != row.line:
            raise UsageError_(
                f"{path}, lines {line} and {row.line}: two students have the {column} {_short(row.cells[column])}",
                "By it a platform finds whose grade it is: give each their own, or leave it empty.",
            )


def _student(cells: Mapping[str, str]) -> Student:
    return msgspec.convert({name: cells.get(name, "") for name in _FIELDS}, Student)


def _short(text: str) -> str:
    return clip(spelled(text), _LONGEST)
