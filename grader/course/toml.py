"""TOML of the course, read strictly: what is wrong names its file, its line and what to do."""

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from grader.domain.errors import CourseError


def read_toml(path: Path) -> dict[str, Any]:
    """The file as data.

    Raises:
        CourseError: it is missing or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as problem:
        raise CourseError(f"{path} cannot be read: {problem.strerror}", "Restore it.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CourseError(f"{path} is not TOML: {problem}", "Mend the line it names.") from None


def convert[T: Struct](
    data: object, kind: type[T], path: Path, told: str = "docs/authors/ says what a manifest may hold."
) -> T:
    """Data as a manifest of this kind; ``told`` says where to read what one has.

    Raises:
        CourseError: a key is unknown, missing or of another type; names it.
    """
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as problem:
        raise CourseError(
            f"{path}{_line(path, str(problem))}: {problem}",
            f"Mend that key; {told}",
        ) from None


def _line(path: Path, problem: str) -> str:
    """``:LINE`` of what the problem speaks of, as far as it follows from ``$.criteria[2].points``."""
    found = re.search(r"`\$\.([a-z_]+)(?:\[(\d+)\])?(?:\.([a-z_]+))?", problem)
    named = re.search(r"unknown field `([^`]+)`", problem)
    if found is None and named is None:
        return ""
    table, index, key = found.groups() if found else (None, None, None)
    wanted = named[1] if named else key or (table if index is None else None)
    at = -1
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        at += bool(index and text.strip() == f"[[{table}]]")
        inside = index is None or at == int(index)
        if inside and (wanted is None or re.match(rf"\s*{re.escape(wanted)}\s*=", text)):
            return f":{number}"
    return ""


def line_of(path: Path, criterion_id: str) -> str:
    """The file and the line in which the criterion gets its id."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if re.match(rf"""\s*id\s*=\s*["']{re.escape(criterion_id)}["']""", line):
            return f"{path}:{number}"
    return str(path)


def refuse_doubled(ids: list[str], path: Path) -> None:
    """Raises ``CourseError`` if an id is there twice."""
    doubled = sorted({i for i in ids if ids.count(i) > 1})
    if doubled:
        raise CourseError(f"{path}: {doubled[0]} is there more than once", "Ids are never reused: choose another.")
