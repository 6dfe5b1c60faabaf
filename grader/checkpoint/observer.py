"""The grader's own connection to a check's database: a module of its own, since only PostgreSQL needs the driver."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from grader.checkpoint.database import STATES, Execute
from grader.checkpoint.outcome import Refused


@contextmanager
def observing(connect: "Callable[[], psycopg.Connection[tuple[Any, ...]]]") -> Iterator[Execute]:
    """Statements over a connection that is closed at the end."""
    with connect() as connection:
        yield over_psycopg(connection)


def over_psycopg(connection: "psycopg.Connection[tuple[Any, ...]]") -> Execute:
    """Statements on the grader's own connection."""

    def execute(statement: str, params: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            cursor = connection.execute(statement.encode(), params or None)
        except psycopg.errors.IntegrityError as error:
            kind = STATES.get(error.sqlstate or "", "other")
            raise Refused(kind, error.diag.constraint_name or error.diag.column_name or "") from error
        return cursor.fetchall() if cursor.description else []

    return execute
