"""Who may review: the names of a roster, a CSV file or one name a line."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from grader.domain.errors import UsageError_
from grader.given.text_file import read_text

# Columns in which Classroom, Canvas, Moodle and plain lists keep what a person is called.
COLUMNS = ("name", "full name", "student", "identifier", "username", "github_username", "login", "email")
_LARGEST = 1 << 22
_WRITE = f"Write a name a line, or a CSV file with one of: {', '.join(COLUMNS)}."


class Roster:
    """Names that are known, whatever their capitals and blanks."""

    def __init__(self, names: Iterator[str] | list[str]) -> None:
        self._names = {_folded(name): name for name in names if name.strip()}

    def __contains__(self, name: str) -> bool:
        return _folded(name) in self._names

    def __len__(self) -> int:
        return len(self._names)

    def near(self, name: str) -> str:
        """The name that was meant, as far as can be seen; "" if none is near."""
        import difflib

        found = difflib.get_close_matches(_folded(name), self._names, 1, 0.75)
        return self._names[found[0]] if found else ""


def read_roster(path: Path) -> Roster:
    """The roster in this file.

    Raises:
        UsageError_: it cannot be read, or has no name.
    """
    text = read_text(path, largest=_LARGEST, find="Name its file.", shorten=_WRITE)
    try:
        roster = Roster(list(_names(text)))
    except csv.Error as problem:
        raise UsageError_(
            f"the roster {path} is no CSV file: {problem}", "Export it again, or write a name a line."
        ) from None
    if not len(roster):
        raise UsageError_(f"the roster {path} names nobody", _WRITE)
    return roster


def _names(text: str) -> Iterator[str]:
    rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text)))
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    known = [index for index, cell in enumerate(header) if cell in COLUMNS]
    if not known:
        yield from text.splitlines()
        return
    for row in rows[1:]:
        yield from (row[index] for index in known if index < len(row))


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
