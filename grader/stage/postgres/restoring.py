"""All rows of a database as they were at one moment, and the way back to them.

Rows are read by the reader, for whom nothing of the project's runs, and written by the writer, who has the project's
own rights and no more. Triggers of the project's are passed by, so that one that forbids deletions does not keep a row.
Sequences are left as they are: a number that was given once is not given to another row while the same server runs.
"""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import suppress

from psycopg import Error, sql

from grader.sandbox.services.conversation import Result
from grader.sandbox.services.postgres import Postgres
from grader.sandbox.services.roles import LEARNER
from grader.stage.outcome import Failed
from grader.stage.postgres.observer import Session
from grader.stage.postgres.values import copied, loaded

# Ordinary tables, as the observer believes them, each with the columns that are stored.
_TABLES = """SELECT c.relname::pg_catalog.text, pg_catalog.json_agg(a.attname ORDER BY a.attnum)::pg_catalog.text
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
        AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped AND a.attgenerated OPERATOR(pg_catalog.=) ''
    WHERE n.nspname OPERATOR(pg_catalog.=) 'public' AND c.relkind OPERATOR(pg_catalog.=) 'r'
    GROUP BY c.relname ORDER BY 1"""
_PASSING_TRIGGERS = (
    f"SET ROLE NONE; SET session_replication_role = 'replica'; SET lock_timeout = '2s'; SET ROLE {LEARNER}"
)
# Rows that it is quicker to begin anew than to put back.
_MOST_ROWS = 4000
Lines = tuple[bytes, ...]


class Spoiled(Exception):
    """The rows cannot be put back: take another database."""


class Snapshot:
    """The rows of a database, taken now. Raises ``Spoiled`` if there is anything in it that cannot be read so."""

    def __init__(self, server: Postgres, database: str) -> None:
        self._server, self._database = server, database
        self._reader = self._session(server.reader)
        self._writer: Session | None = None
        self._columns = dict(self._tables())
        self._rows = self._read()

    def restore(self) -> tuple[str, ...]:
        """Puts every row back, and gives the tables in which that changed anything. Raises ``Spoiled``."""
        found = self._read()
        changed = tuple(table for table, lines in self._rows.items() if found[table] != lines)
        if sum(len(found[table]) for table in changed) > _MOST_ROWS:
            raise Spoiled
        if changed:
            self._write(changed)
            written = self._read()  # a trigger that always fires, or a rule, may have had other rows written
            if any(written[table] != self._rows[table] for table in changed):
                raise Spoiled
        return changed

    def close(self) -> None:
        """Ends its sessions."""
        for session in (self._reader, self._writer):
            if session is not None:
                session.close()

    def _tables(self) -> Iterator[tuple[str, list[str]]]:
        for row in self._results(self._reader, _TABLES)[-1].rows:
            table, columns = (loaded(value, 25) for value in row)
            yield table, json.loads(columns)

    def _read(self) -> dict[str, Lines]:
        copies = "; ".join(
            f"COPY {_table(name)} ({_names(columns)}) TO STDOUT" for name, columns in self._columns.items()
        )
        look = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {copies}; COMMIT"
        results = self._results(self._reader, look)[1:-1]
        if len(results) != len(self._columns):
            raise Spoiled
        return {name: tuple(sorted(result.lines)) for name, result in zip(self._columns, results, strict=True)}

    def _write(self, tables: tuple[str, ...]) -> None:
        if self._writer is None:
            self._server.let_writer_pass_triggers(self._database)
            self._writer = self._session(self._server.writer)
            self._results(self._writer, _PASSING_TRIGGERS)
        deletions = [f"DELETE FROM ONLY {_table(name)}" for name in tables]
        additions = [self._insertion(name) for name in tables if self._rows[name]]
        self._results(self._writer, "; ".join(["BEGIN", *deletions, *additions, "COMMIT"]))

    def _insertion(self, table: str) -> str:
        rows = ", ".join(f"({', '.join(map(_literal, copied(line)))})" for line in self._rows[table])
        return f"INSERT INTO {_table(table)} ({_names(self._columns[table])}) OVERRIDING SYSTEM VALUE VALUES {rows}"

    def _session(self, connect: Callable[[str], object]) -> Session:
        return Session(self._server, connect, lambda: self._database, math.inf, True)  # type: ignore[arg-type]

    def _results(self, session: Session, query: str) -> list[Result]:
        try:
            answer = session.ask(query)
        except (Failed, Error):
            raise Spoiled from None
        if answer.error:
            session.close()
            raise Spoiled
        return answer.results


def _table(name: str) -> str:
    return f"public.{sql.Identifier(name).as_string(None)}"


def _names(columns: list[str]) -> str:
    return ", ".join(sql.Identifier(column).as_string(None) for column in columns)


def _literal(value: bytes | None) -> str:
    """A value as a text that its column reads; of a text that is none, nothing would come out as it was."""
    if value is None:
        return "NULL"
    with suppress(UnicodeDecodeError):
        return "'" + value.decode().replace("'", "''") + "'"
    raise Spoiled
