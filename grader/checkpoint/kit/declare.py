"""How a test says what it is for: the decorators ``check`` and ``matrix``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import pytest

from grader.domain.errors import CourseError
from grader.stage.registry import find

Test = TypeVar("Test", bound=Callable[..., Any])
ATTRIBUTE = "checkpoint_check"
SECONDS = 30.0  # where a check says nothing else


@dataclass(frozen=True, slots=True)
class Declared:
    """What a check says of itself. ``seconds`` bounds all that it asks of the project."""

    criterion: str
    down: str | None = None
    database: Literal["postgres"] | None = None
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a matrix: the row's and the column's name, and what the table says there."""

    row: str
    column: str
    value: str


def check(
    criterion: str,
    *,
    down: str | None = None,
    database: Literal["postgres"] | None = None,
    seconds: float = SECONDS,
) -> Callable[[Test], Test]:
    """Ties a test to a criterion. Its docstring is the learner's sentence.

    ``CourseError`` if it has none, or ``down`` names no service.
    """

    def declare(test: Test) -> Test:
        if not (test.__doc__ or "").strip():
            raise CourseError(f"The check {test.__name__} has no docstring.", "Say there what a learner should read.")
        if down is not None:
            find(down)
        setattr(test, ATTRIBUTE, Declared(criterion, down, database, seconds))
        return test

    return declare


def matrix(
    criterion: str,
    table: str,
    *,
    down: str | None = None,
    database: Literal["postgres"] | None = None,
    seconds: float = SECONDS,
) -> Callable[[Test], Test]:
    """The same for a table: a case for every cell, given to the test as ``cell``."""
    cells = read_table(table)

    def declare(test: Test) -> Test:
        declared = check(criterion, down=down, database=database, seconds=seconds)(test)
        ids = [f"{cell.row}-{cell.column}".replace(" ", "-") for cell in cells]
        marked: Test = pytest.mark.parametrize("cell", cells, ids=ids)(declared)
        return marked

    return declare


def read_table(table: str) -> list[Cell]:
    """The cells of a table of words; ``CourseError`` for a row with too few of them.

    The first line names the columns. A row ends in as many words as there are columns; those before them name it.
    """
    lines = [line.split() for line in table.splitlines() if line.strip()]
    if len(lines) < 2:
        raise CourseError("A matrix needs a line of columns and at least one row.")
    columns, cells = lines[0], []
    for line in lines[1:]:
        if len(line) <= len(columns):
            raise CourseError(f"The matrix row '{' '.join(line)}' has fewer cells than there are columns.")
        name = " ".join(line[: -len(columns)])
        cells += [Cell(name, column, value) for column, value in zip(columns, line[-len(columns) :], strict=True)]
    return cells
