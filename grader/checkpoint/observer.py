"""The grader's own connection to a check's database: a module of its own, since only PostgreSQL needs the driver.

It is a member of the learner's role and nothing more: triggers and functions of the submission run with the rights of
whoever sets them off, and as superuser they could read files and turn the statement log off.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from grader.checkpoint.database import STATES, Execute
from grader.checkpoint.outcome import Failed, Refused
from grader.checkpoint.words import bounded
from grader.sandbox.services.postgres import LEARNER, Postgres

OBSERVER = "observer"
_PATIENCE_MS = 10_000
_IMPATIENT = {"57014", "55P03"}
Connection = psycopg.Connection[tuple[Any, ...]]


def admit(server: Postgres, password: str) -> None:
    """Makes the observer's role, on a server that has just been started."""
    statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOCREATEDB NOCREATEROLE IN ROLE {}")
    with server.admin() as connection:
        connection.execute(statement.format(sql.Identifier(OBSERVER), sql.Literal(password), sql.Identifier(LEARNER)))


def connected(server: Postgres, password: str, database: str) -> Connection:
    """The observer's connection; it commits every statement, and waits 10 s at most for a lock or an answer."""
    return psycopg.connect(
        host=str(server.socket_dir),
        user=OBSERVER,
        password=password,
        dbname=database,
        autocommit=True,
        connect_timeout=10,
        options=f"-c statement_timeout={_PATIENCE_MS} -c lock_timeout={_PATIENCE_MS}",
    )


@contextmanager
def observing(connect: Callable[[str], Connection], database: Callable[[], str]) -> Iterator[Execute]:
    """Statements in the database of that name, over a connection that is made for the first and closed at the end."""
    made: dict[str, Connection] = {}

    def execute(statement: str, params: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        name = database()
        if name not in made or made[name].closed:
            close()  # the check may have gone on to another database
            made[name] = connect(name)
        return execute_over(made[name], statement, params)

    def close() -> None:
        for name in list(made):
            made.pop(name).close()

    try:
        yield execute
    finally:
        close()


def execute_over(connection: Connection, statement: str, params: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The rows. What the schema or the submission's own triggers bring about is ``Refused`` or ``Failed``."""
    try:
        cursor = connection.execute(statement.encode(), params or None)
        return cursor.fetchall() if cursor.description else []
    except psycopg.errors.IntegrityError as error:
        kind = STATES.get(error.sqlstate or "", "other")
        raise Refused(kind, error.diag.constraint_name or error.diag.column_name or "") from error
    except psycopg.OperationalError as error:
        if error.sqlstate in _IMPATIENT:
            raise Failed("the database to answer within 10 s", "it was still waiting") from error
        raise
    except psycopg.Error as error:
        told = bounded(error.diag.message_primary or type(error).__name__, 200)
        raise Failed("tables and columns as the brief names them", f"the database says: {told}") from error
