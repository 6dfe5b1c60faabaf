"""Reads a module's notebook, as its author wrote it: what each cell is for, and that nbgrader will understand it."""

import json
import re
import symtable
from collections import Counter
from pathlib import Path
from typing import Any

from grader.domain.errors import CourseError, UsageError_
from grader.lab.nouns import Cell, CourseCell, Lab, Role

_HIDDEN = re.compile(r"^\s*### (BEGIN|END) HIDDEN TESTS\s*$")
_HEADING = re.compile(r"^#{2,6}\s+(.+?)\s*$", re.MULTILINE)
_TITLE = re.compile(r"^#\s+(.+?)\s*$", re.MULTILINE)
_KEYS = ("grade", "solution", "locked", "task")
_HINT = "See docs/authors/labs.md for how a notebook of the course is written."


def load_lab(folder: Path, *, assignment: str, number: int) -> Lab:
    """The notebook in ``folder/lab``.

    Raises:
        UsageError_: the module has no lab.
        CourseError: it has several, or the notebook is not as nbgrader and the grader need it.
    """
    found = sorted((folder / "lab").glob("*.ipynb"))
    if not found:
        raise UsageError_(f"module {number:02d} has no lab", "`grader lab list` names the modules that have one.")
    if len(found) > 1:
        raise CourseError(f"module {number:02d} has {len(found)} notebooks in {folder / 'lab'}", "Keep one of them.")
    return read_lab(found[0], assignment=assignment, number=number)


def read_lab(path: Path, *, assignment: str, number: int) -> Lab:
    """The notebook at ``path``. Raises ``CourseError`` with the cell that is wrong."""
    try:
        cells = [dict(cell, source=_text(cell["source"])) for cell in json.loads(path.read_text("utf-8"))["cells"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CourseError(f"{path} is no notebook: {error}", _HINT) from None
    heading, found = "", []
    for cell in cells:
        if cell["cell_type"] == "markdown" and not cell.get("metadata", {}).get("nbgrader"):
            titles = _HEADING.findall(cell["source"])
            heading = titles[-1] if titles else heading
        found.append(_course_cell(path, cell, heading))
    _refuse_twice(path, found)
    title = next((t for cell in cells for t in _TITLE.findall(cell["source"])), path.stem)
    return Lab(path, assignment, number, title, tuple(found))


def _text(source: Any) -> str:
    return "".join(source) if isinstance(source, list) else str(source)


def _course_cell(path: Path, cell: Cell, heading: str) -> CourseCell:
    marks = cell.get("metadata", {}).get("nbgrader")
    is_code = cell["cell_type"] == "code"
    if not marks:
        return CourseCell(cell, "example" if is_code else "text")
    name = marks.get("grade_id")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise CourseError(f"{path}: a cell has the grade id {name!r}", f"Lower case, digits and hyphens. {_HINT}")
    if not all(type(marks.get(key, False)) is bool for key in _KEYS):
        raise CourseError(f"{path}: marks of the cell {name} are not true or false", _HINT)
    role = _role(path, name, marks, is_code=is_code)
    points = float(marks.get("points", 0)) if marks.get("grade") else 0.0
    if (role in ("tests", "written")) != (points > 0):
        raise CourseError(f"{path}: the cell {name} is worth {points:g} points", f"Tests have more than 0. {_HINT}")
    hidden = _hidden_lines(path, name, cell["source"]) if role == "tests" else frozenset[int]()
    if role in ("tests", "given"):
        _refuse_broken(path, name, cell["source"])
    return CourseCell(cell, role, name, points, heading or name, hidden)


def _role(path: Path, name: str, marks: dict[str, Any], *, is_code: bool) -> Role:
    graded, solved, locked = bool(marks.get("grade")), bool(marks.get("solution")), bool(marks.get("locked"))
    match (is_code, graded, solved):
        case (_, True, True):
            return "written"
        case (True, True, False) if locked:
            return "tests"
        case (True, False, True):
            return "answer"
        case (True, False, False) if locked:
            return "given"
        case (False, False, False) if locked:
            return "text"
    raise CourseError(f"{path}: the cell {name} is marked as nothing that is graded here", _HINT)


def _hidden_lines(path: Path, name: str, source: str) -> frozenset[int]:
    """The numbers of the lines between the marks, with the marks. ``CourseError`` if they do not pair."""
    hidden, inside = set(), False
    for number, line in enumerate(source.splitlines(), 1):
        if mark := _HIDDEN.match(line):
            if inside is (mark[1] == "BEGIN"):
                raise CourseError(f"{path}: hidden tests of the cell {name} do not begin and end in turn", _HINT)
            inside = mark[1] == "BEGIN"
            hidden.add(number)
        elif inside:
            hidden.add(number)
    if inside:
        raise CourseError(f"{path}: hidden tests of the cell {name} do not end", _HINT)
    return frozenset(hidden)


def _refuse_broken(path: Path, name: str, source: str) -> None:
    try:
        symtable.symtable(source, name, "exec")
    except SyntaxError as error:
        raise CourseError(f"{path}: the cell {name} is no Python: {error.msg}, line {error.lineno}", _HINT) from None


def _refuse_twice(path: Path, cells: list[CourseCell]) -> None:
    for name, times in Counter(cell.grade_id for cell in cells if cell.grade_id).items():
        if times > 1:
            raise CourseError(f"{path}: {times} cells have the grade id {name}", _HINT)
