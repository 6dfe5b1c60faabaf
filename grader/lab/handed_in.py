"""Reads what a learner handed in, as data: by a child with limits, and nothing of it is believed but its texts."""

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unicodedata import normalize

from grader.domain.errors import UsageError_
from grader.lab.nouns import Cell, HandedIn
from grader.reader.client import NotReadable, Reader

LARGEST = 6 << 20
MOST_CELLS = 300
LONGEST_CELL = 100_000
LONGEST_ALL = 1_000_000
_NAME = re.compile(r"[\w.@-]{1,100}")
_CLEAR = "Clear its outputs (in JupyterLab: Edit, Clear Outputs of All Cells), save it and hand it in again"


class _Refused(Exception):
    """Why a notebook cannot be graded, as a sentence for the learner."""


def named(paths: Iterable[Path], lab: str) -> dict[str, Path]:
    """The notebooks by student: a file ``ada.ipynb`` is that of ``ada``, and so is ``ada/LAB.ipynb``. A folder stands
    for all that are in it in one of these ways.

    Raises:
        UsageError_: there is none, one is not there, its name cannot be one in a gradebook, or two are one student's.
    """
    found, taken = dict[str, Path](), dict[str, Path]()
    for path in [each for given in paths for each in _within(given, lab)]:
        if not os.path.lexists(path):
            raise _absent(path)
        student = normalize("NFC", path.absolute().parent.name if path.stem == lab else path.stem)
        if not _NAME.fullmatch(student) or student.startswith("."):
            raise UsageError_(
                f"{str(path)!r}: {student!r} cannot be the id of a student",
                "Name the file by letters, digits and . _ - @ only, such as ada.ipynb.",
            )
        twin = taken.setdefault(student.casefold(), path)
        if twin != path:
            raise UsageError_(
                f"{twin} and {path} both belong to {student}", "Hand over the one that counts, or rename one."
            )
        found[student] = path
    if not found:
        raise UsageError_("no notebook was found", f"Name files such as ada.ipynb, or folders with ada/{lab}.ipynb.")
    return found


def _within(given: Path, lab: str) -> list[Path]:
    if not given.is_dir():
        return [given]
    try:
        entries = sorted(given.iterdir())
    except OSError as problem:
        raise UsageError_(f"{given} cannot be read: {problem.strerror}", "Open it for reading.") from None
    own = [each for each in entries if each.suffix == ".ipynb"]
    below = [each / f"{lab}.ipynb" for each in entries if each.is_dir() and not each.name.startswith(".")]
    return own + [each for each in below if os.path.lexists(each)]


def _absent(path: Path) -> UsageError_:
    return UsageError_(f"{path} is not there", "Check the name; a folder with notebooks may be given too.")


def read(student: str, path: Path) -> HandedIn:
    """The notebook at ``path``; what is wrong with it is its ``problem``. ``EnvironmentError_`` if no child starts."""
    try:
        with Reader("json") as reader:
            return HandedIn(student, path, _cells(reader.read("json", _bytes(path), cpu_s=5.0)))
    except NotReadable as wrong:
        where = f" (line {wrong.line})" if wrong.line else ""
        return HandedIn(student, path, problem=f"It is no notebook: {wrong.text}{where}.")
    except _Refused as refused:
        return HandedIn(student, path, problem=str(refused))


def _bytes(path: Path) -> bytes:
    """What the file holds, never waiting for it and never followed elsewhere."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise _absent(path) from None
    except OSError as problem:
        why = "it is a link, and links are not followed" if path.is_symlink() else problem.strerror
        raise _Refused(f"The file cannot be opened: {why}.") from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _Refused("It is no ordinary file.")
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise _Refused(f"It is larger than {LARGEST >> 20} MB. {_CLEAR}.")
    return data


def _cells(notebook: Any) -> tuple[Cell, ...]:
    """The cells, each cut to what is read of it. ``_Refused`` if there are none, or too many or too long ones."""
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4 or not isinstance(notebook.get("cells"), list):
        raise _Refused("It is no notebook of version 4. Open it in JupyterLab, save it and hand it in again.")
    if len(notebook["cells"]) > MOST_CELLS:
        raise _Refused(f"It has {len(notebook['cells']):,} cells, and {MOST_CELLS} are read at most.")
    cells = tuple(_cell(number, cell) for number, cell in enumerate(notebook["cells"], 1))
    if sum(len(cell["source"]) for cell in cells) > LONGEST_ALL:
        raise _Refused(f"Its cells have more than {LONGEST_ALL:,} characters together.")
    return cells


def _cell(number: int, cell: Any) -> Cell:
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str) or not isinstance(cell.get("cell_type"), str):
        raise _Refused(f"Cell {number} is none of a notebook. Open it in JupyterLab, save it and hand it in again.")
    if len(source) > LONGEST_CELL:
        raise _Refused(f"Cell {number} has {len(source):,} characters, and {LONGEST_CELL:,} are read at most.")
    marks = cell.get("metadata")
    marks = marks.get("nbgrader") if isinstance(marks, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    source = source.encode("utf-8", "replace").decode()
    return {"cell_type": cell["cell_type"], "source": source, "grade_id": name if isinstance(name, str) else ""}
