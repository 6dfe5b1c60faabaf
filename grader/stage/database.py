"""The fixture ``db``: what stands in this check's database, seen from beside the project."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from grader.agent.raised import Raised
from grader.domain.errors import CourseError
from grader.stage import catalogue
from grader.stage.catalogue import Column, Constraint, Index
from grader.stage.outcome import Failed, Refused

Vendor = Literal["postgres", "sqlite"]
Execute = Callable[[str, tuple[Any, ...]], list[tuple[Any, ...]]]
STATES = {"23514": "check", "23505": "unique", "23502": "not-null", "23503": "foreign-key", "23P01": "check"}
_NAME = re.compile(r"[a-z_][a-z0-9_]*\Z", re.IGNORECASE)


class Database:
    """This check's own database, by statements on a connection. ``Observed`` does not share one with the project.

    ``public`` is whether the check is: only then is a constraint that the check does not name shown by its name.
    """

    def __init__(self, execute: Execute, vendor: Vendor, *, public: bool = False) -> None:
        self._execute, self.vendor, self._public = execute, vendor, public
        self.used = False

    def execute(self, statement: str, params: tuple[Any, ...] | list[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement with ``%s`` parameters. Raises ``Refused`` for an integrity error."""
        self.used = True
        return self._execute(statement, tuple(params))

    def rows(self, table: str, *columns: str, **where: Any) -> list[dict[str, Any]]:
        """The rows with these values, those columns of each (all if none is named), in order of the first."""
        names = columns or catalogue.stored(self, table)
        clause, values = condition(where)
        chosen = ", ".join(map(quoted, names))
        found = self.execute(f"SELECT {chosen} FROM {quoted(table)}{clause} ORDER BY 1", values)
        return [dict(zip(names, row, strict=True)) for row in found]

    def one(self, table: str, *columns: str, **where: Any) -> dict[str, Any]:
        """The only such row; fails the check if there are none or more."""
        found = self.rows(table, *columns, **where)
        if len(found) != 1:
            raise Failed(f"one row in {table}", f"{len(found)} rows")
        return found[0]

    def count(self, table: str, **where: Any) -> int:
        """How many rows have these values."""
        clause, values = condition(where)
        return int(self.execute(f"SELECT count(*) FROM {quoted(table)}{clause}", values)[0][0])

    def versions(self, table: str) -> dict[Any, str]:
        """By id, what is another once a row was written, though it holds what it held; nothing on SQLite."""
        return {}

    def insert(self, table: str, **row: Any) -> None:
        """Adds a row, beside the project's own rules."""
        names, marks = ", ".join(map(quoted, row)), ", ".join(["%s"] * len(row))
        self.execute(f"INSERT INTO {quoted(table)} ({names}) VALUES ({marks})", tuple(row.values()))

    def update(self, table: str, changes: dict[str, Any], **where: Any) -> None:
        """Changes rows, beside the project's own rules."""
        clause, values = condition(where)
        sets = ", ".join(f"{quoted(name)} = %s" for name in changes)
        self.execute(f"UPDATE {quoted(table)} SET {sets}{clause}", (*changes.values(), *values))

    def tables(self) -> list[str]:
        """All tables, by name."""
        return catalogue.tables(self)

    def columns(self, table: str) -> list[Column]:
        """The columns in order; none if there is no such table."""
        return catalogue.columns(self, table)

    def constraints(self, table: str) -> list[Constraint]:
        """Primary key, foreign keys, checks and unique constraints."""
        return catalogue.constraints(self, table)

    def indexes(self, table: str) -> list[Index]:
        """All indexes, those behind constraints too."""
        return catalogue.indexes(self, table)

    @contextmanager
    def refused(self, kind: str | None = None, *, constraint: str | None = None) -> Iterator[None]:
        """The block has to be refused by the database itself, by SQL of the check's or through the project."""
        expected = f"the database to refuse it{f' by a {kind} constraint' if kind else ''}"
        try:
            yield
        except Refused as error:
            refused = error
        except Raised as raised:
            if not raised.is_a("django.db.utils.IntegrityError"):
                raise
            refused = refusal(raised)
        else:
            raise Failed(expected, "it was accepted")
        if kind not in (None, refused.kind) or constraint not in (None, refused.constraint):
            named = refused.constraint if self._public else ""
            raise Failed(expected, f"refused by another {refused.kind} constraint {named}".strip())


def quoted(name: str) -> str:
    """The name of a table or column, quoted; ``CourseError`` if it could be anything else."""
    if not _NAME.match(name):
        raise CourseError(f"{name!r} is no name of a table or column.")
    return f'"{name}"'


def condition(where: dict[str, Any], equal: str = "=") -> tuple[str, tuple[Any, ...]]:
    """A WHERE clause for rows with these values, or nothing, and its parameters; ``equal`` is the operator to use."""
    parts = [f"{quoted(n)} IS NULL" if value is None else f"{quoted(n)} {equal} %s" for n, value in where.items()]
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), tuple(v for v in where.values() if v is not None)


def refusal(raised: Raised) -> Refused:
    """The project's IntegrityError as the database reported it."""
    state, name, column = (*raised.constraint, "", "", "")[:3]
    if state:
        return Refused(STATES.get(state, "other"), name or column)
    for kind in ("check", "unique", "not-null", "foreign-key"):
        start = f"{kind.replace('-', ' ').upper()} constraint failed"
        if name.startswith(start):
            return Refused(kind, name.removeprefix(start).lstrip(": "))
    return Refused("other")
