"""The fixture ``db`` on PostgreSQL: rows and catalogue by the reader, changes by the writer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from grader.stage import catalogue
from grader.stage.catalogue import Column, Constraint, Index
from grader.stage.database import Database, condition, quoted
from grader.stage.postgres.observer import Held, Reader, Session, Writer

_EQUAL = "OPERATOR(pg_catalog.=)"


class Observed(Database):
    """A check's own database, by the grader's own sessions."""

    def __init__(self, reader: Reader, writer: Writer, holding: Session) -> None:
        super().__init__(reader.execute, "postgres", public=holding.public)
        self._reader, self._writer, self._holding = reader, writer, holding

    def execute(self, statement: str, params: tuple[Any, ...] | list[Any] = ()) -> list[tuple[Any, ...]]:
        """Carries out a statement with the project's rights, every name in it qualified; what it gives is not read."""
        self.used = True
        self._writer.execute(statement, tuple(params))
        return []

    def rows(self, table: str, *columns: str, **where: Any) -> list[dict[str, Any]]:
        """See ``Database``."""
        self.used = True
        names = columns or self._reader.stored(table)
        return [dict(zip(names, row, strict=True)) for row in self._reader.rows(table, names, where)]

    def versions(self, table: str) -> dict[Any, str]:
        """See ``Database``."""
        self.used = True
        return self._writer.versions(table)

    def count(self, table: str, **where: Any) -> int:
        """See ``Database``."""
        self.used = True
        return self._reader.count(table, where)

    def insert(self, table: str, **row: Any) -> None:
        """See ``Database``."""
        self.used = True
        names, marks = ", ".join(map(quoted, row)), ", ".join(["%s"] * len(row))
        statement = f"INSERT INTO public.{quoted(table)} ({names}) VALUES ({marks})"
        self._writer.change(table, statement, tuple(row.values()))

    def update(self, table: str, changes: dict[str, Any], **where: Any) -> None:
        """See ``Database``."""
        self.used = True
        sets = ", ".join(f"{quoted(name)} = %s" for name in changes)
        clause, values = condition(where, _EQUAL)
        statement = f"UPDATE ONLY public.{quoted(table)} SET {sets}{clause}"
        self._writer.change(table, statement, (*changes.values(), *values))

    def tables(self) -> list[str]:
        """See ``Database``."""
        self.used = True
        return catalogue.tables(self._reader)

    def columns(self, table: str) -> list[Column]:
        """See ``Database``."""
        return catalogue.columns(self._reader, table) if self._exists(table) else []

    def constraints(self, table: str) -> list[Constraint]:
        """See ``Database``."""
        return catalogue.constraints(self._reader, table) if self._exists(table) else []

    def indexes(self, table: str) -> list[Index]:
        """See ``Database``."""
        return catalogue.indexes(self._reader, table) if self._exists(table) else []

    @contextmanager
    def writes_held(self, *tables: str) -> Iterator[Held]:
        """In the block, or until ``release()``, whoever writes to the tables waits; ``waiting()`` counts who does."""
        self.used = True
        held = Held(self._reader, self._holding, *tables)
        try:
            yield held
        finally:
            held.release()

    @contextmanager
    def reads_held(self, table: str) -> Iterator[Held]:
        """The same for whoever reads the table or writes to it. The check itself cannot read it meanwhile."""
        self.used = True
        held = Held(self._reader, self._holding, table, mode="ACCESS EXCLUSIVE")
        try:
            yield held
        finally:
            held.release()

    def _exists(self, table: str) -> bool:
        self.used = True
        return self._reader.exists(table)


@contextmanager
def observing(reading: Session, writing: Session, holding: Session) -> Iterator[Observed]:
    """The database that these sessions are in, each begun when it is needed, until the check ends."""
    try:
        yield Observed(Reader(reading), Writer(writing), holding)
    finally:
        for session in (reading, writing, holding):
            session.close()
