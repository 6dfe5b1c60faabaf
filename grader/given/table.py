"""Tables that people keep in spreadsheets, as CSV: found by their headings, and what is wrong named with its line."""

import csv
import difflib
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.domain.errors import UsageError_
from grader.domain.text import clip, spelled

_LIKE = 0.7  # by difflib: `github` is like `github_user`, and `grade` like nothing
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a table may have.

    ``aliases`` are headings of what other programs export, by the name that is meant; headings in ``others`` mean
    something else, however alike they are. All are in lower case, with underscores for blanks.
    """

    known: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    others: frozenset[str] = frozenset()

    def meant(self, cell: str) -> str:
        """The column that a heading names, by itself or as an alias; "" if it names none."""
        name = plain(cell)
        return name if name in self.known else self.aliases.get(name, "")

    def near(self, cells: Sequence[str], among: Iterable[str] | None = None) -> dict[str, str]:
        """Headings that name no column and look like one that is missing, with that one; ``among`` these only."""
        found = {self.meant(cell) for cell in cells}
        missing = [name for name in among or self.known if name not in found]
        near: dict[str, str] = {}
        for cell in cells:
            if cell and not self.meant(cell) and plain(cell) not in self.others:
                alike = difflib.get_close_matches(plain(cell), missing, 1, _LIKE)
                near |= {cell: alike[0]} if alike else {}
        return near


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line at which it ends, counted from 1, and its cells by column, each on one line and in NFC."""

    line: int
    cells: Mapping[str, str]


def rows_of(path: Path, text: str, columns: Columns, required: Iterable[str]) -> list[Row]:
    """The rows of a table with commas, semicolons or tabs between its cells, without those that are empty.

    ``path`` is where the text comes from. Headings that are none of the columns, nor like one, are left alone.

    Raises:
        UsageError_: a column is missing, misspelt or there twice, there are no rows, or a line is wrong; names it.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text), strict=True)
    rows: list[Row] = []
    heading: list[str] | None = None
    try:
        for cells in reader:
            clean = [tidy(cell) for cell in cells]
            if not any(clean):
                continue
            if heading is None:
                heading = _heading(path, clean, columns, tuple(required))
                continue
            if len(clean) > len(heading):
                raise UsageError_(
                    f"{path}, line {reader.line_num}: it has more cells than the heading",
                    'Put a value that has a comma in it in quotes: "Moss, Ina".',
                )
            rows.append(Row(reader.line_num, {n: v for n, v in zip(heading, clean, strict=False) if n}))
    except csv.Error as problem:
        raise UsageError_(f"{path}, line {reader.line_num}: {problem}", "Save it as CSV with commas.") from None
    if not rows:
        raise UsageError_(f"{path} has no rows", f"It begins with a line of headings: {', '.join(columns.known)}.")
    return rows


def delimiter(text: str) -> str:
    """What stands between the cells, by the first line: spreadsheets write what is usual in their country."""
    first = text.lstrip("\n").partition("\n")[0]
    return max(",;\t", key=first.count)


def tidy(cell: str) -> str:
    """A cell on one line, without blanks around it, in NFC."""
    return unicodedata.normalize("NFC", " ".join(cell.split()))


def plain(heading: str) -> str:
    """A heading in lower case, with underscores for blanks."""
    return "_".join(heading.casefold().split())


def misspelt(path: Path, near: Mapping[str, str], hint: str) -> UsageError_:
    """The error for headings that are like a column and are none."""
    said = "; ".join(
        f"there is no column `{clip(spelled(cell), _LONGEST)}`; did you mean `{meant}`?" for cell, meant in near.items()
    )
    return UsageError_(f"{path}: {said}", hint)


def _heading(path: Path, cells: list[str], columns: Columns, required: tuple[str, ...]) -> list[str]:
    """The names of the columns; "" for those that say nothing here."""
    heading = [plain(cell) if plain(cell) in columns.known else "" for cell in cells]
    for place, cell in enumerate(cells):
        alias = columns.meant(cell)
        if not heading[place] and alias not in heading:
            heading[place] = alias
    hint = f"The first line has the headings, such as: {', '.join(sorted(columns.known))}."
    if doubled := sorted({name for name in heading if name and heading.count(name) > 1}):
        raise UsageError_(f"{path}: two columns are called {doubled[0]}", hint)
    if near := columns.near(cells):
        raise misspelt(path, near, f"{hint} Give a column of another meaning another heading.")
    if missing := [name for name in required if name not in heading]:
        raise UsageError_(f"{path}: there is no column `{missing[0]}`", hint)
    return heading
