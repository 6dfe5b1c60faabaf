"""The grader's own sessions in a check's database: one that reads and runs nothing of the project's, one that writes.

The reader copies a table out whole and the trusted side picks the rows. ``COPY`` has no planner, so that no index,
statistic or operator of the project's is evaluated; ``SELECT`` folds the functions of an index's condition with the
rights of whoever asks. The writer has the project's rights, because triggers, defaults and constraints run with them.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

import psycopg
from psycopg import sql

from grader.sandbox.services.conversation import Answer, Conversation, Result, ServerError, TooMuch, Unanswered
from grader.sandbox.services.postgres import Postgres
from grader.sandbox.services.roles import LEARNER, PATIENCE_S
from grader.stage.outcome import Failed
from grader.stage.postgres import refusals
from grader.stage.postgres.relation import COLUMNS, FACTS, check_ordinary_table
from grader.stage.postgres.values import copied, loaded, same_value

_LOOK = (
    "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ ONLY; LOCK TABLE ONLY public.{table} IN ACCESS SHARE MODE; "
    f"{FACTS}; {COLUMNS}; "
)
# Nothing that an earlier statement set off, such as a trigger of the project, is left for the next one.
_AFRESH = "DISCARD ALL"
_AS_PROJECT = f"SET ROLE {LEARNER}; "
# Where the lines stand among the results of looking and copying, after those of BEGIN, LOCK, FACTS and COLUMNS.
_LINES = 4
_COMPUTED = -1
_WAITING = (
    "SELECT DISTINCT l.pid FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a "
    "ON a.pid OPERATOR(pg_catalog.=) l.pid "
    "WHERE NOT l.granted AND a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()"
)
Connect = Callable[[str], psycopg.Connection[tuple[Any, ...]]]


@dataclass(slots=True)
class Session:
    """A conversation with the database that the check is in, begun when it is first needed."""

    server: Postgres
    connect: Connect
    database: Callable[[], str]
    deadline: float
    public: bool
    open: dict[str, Conversation] = field(default_factory=dict)

    def ask(self, *queries: str, table: str = "") -> Answer:
        """The answer, in what is left of the check's time and 10 s at most; raises ``Failed``."""
        until = min(self.deadline, time.monotonic() + PATIENCE_S)
        try:
            return self.prepared_place().ask(*queries, until=until)
        except Unanswered:
            raise refusals.waiting() from None
        except TooMuch:
            raise refusals.flooding(table) from None

    def prepared_place(self) -> Conversation:
        """The conversation, with another database if the check has gone on to one."""
        name = self.database()
        if name not in self.open or self.open[name].closed:
            self.close()
            self.open[name] = Conversation(self._connected(name), self._end)
        return self.open[name]

    def literal(self, statement: str, params: tuple[Any, ...]) -> str:
        """A statement with its ``%s`` replaced; a value that has no plain form is the project's doing."""
        if not params:
            return statement
        try:
            return psycopg.ClientCursor(self.prepared_place().connection).mogrify(statement.encode(), params)
        except psycopg.Error:
            raise Failed("plain values", "one that no column can hold") from None

    def close(self) -> None:
        """Ends it; again is no harm."""
        for name in list(self.open):
            self.open.pop(name).close()

    def _connected(self, name: str) -> psycopg.Connection[tuple[Any, ...]]:
        try:
            return self.connect(name)
        except psycopg.OperationalError:
            self.server.admin().close()  # raises if it is the server that is not there
            raise Failed("the database to take another connection", "it does not: the project holds too many") from None

    def _end(self, pid: int) -> None:
        with suppress(psycopg.Error):
            self.server.terminate(pid)


class Reader:
    """Reads rows and the catalogue. Only an ordinary table of the project's in the schema ``public`` is believed."""

    vendor = "postgres"

    def __init__(self, session: Session) -> None:
        self._session = session

    def execute(self, statement: str, params: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows of a question about the catalogue."""
        answer = self._session.ask(self._session.literal(statement, params))
        if answer.error:
            refusals.refuse(answer.error, public=self._session.public)
        result = answer.results[-1]
        return [tuple(map(loaded, row, result.types)) for row in result.rows]

    def exists(self, table: str) -> bool:
        """Whether there is such a table; raises ``Failed`` if it is anything else than an ordinary one."""
        facts = self.execute(FACTS.format(name=_text(table)))
        if facts:
            check_ordinary_table(table, *facts[0])
        return bool(facts)

    def rows(self, table: str, names: tuple[str, ...], where: dict[str, Any]) -> list[tuple[Any, ...]]:
        """These columns of the rows with these values, ordered by the first."""
        if not names:
            raise Failed(f"a table {table} with columns", "there is none")
        asked = tuple(dict.fromkeys((*names, *where)))
        types, lines = self._copy(table, asked)
        found = []
        for line in lines:
            values = dict(zip(asked, map(loaded, copied(line), types), strict=True))
            if all(same_value(values[name], wanted) for name, wanted in where.items()):
                found.append(tuple(values[name] for name in names))
        return sorted(found, key=lambda row: (row[0] is None, row[0]))

    def count(self, table: str, where: dict[str, Any]) -> int:
        """How many rows have these values."""
        return len(self.rows(table, tuple(where), where)) if where else len(self._copy(table, ())[1])

    def stored(self, table: str) -> tuple[str, ...]:
        """The names of all columns but those that the database computes."""
        return tuple(name for name, _, generated in self.execute(COLUMNS.format(name=_text(table))) if not generated)

    def _copy(self, table: str, names: tuple[str, ...]) -> tuple[list[int], list[bytes]]:
        """The types of these columns, and all lines of the table, which is looked at and copied under one lock."""
        quoted = f"({', '.join(map(_name, names))})" if names else ""
        look = _LOOK.format(table=_name(table), name=_text(table))
        answer = self._session.ask(f"{look}COPY public.{_name(table)} {quoted} TO STDOUT; COMMIT", table=table)
        if answer.error:
            self._session.close()  # with the transaction that it broke off
        types = self._types(table, answer.results)
        for name in names:
            if types and name not in types:
                raise Failed(f"a column {name} of {table}", "there is none")
            if types.get(name) == _COMPUTED:
                raise Failed(f"a column {name} of {table} that is stored", "the database computes it")
        if answer.error:
            self._explain(table, answer.error)
        return [types[name] for name in names], answer.results[_LINES].lines

    def _types(self, table: str, results: list[Result]) -> dict[str, int]:
        """The types of a table's columns, once it is believed; nothing if the answer does not get that far."""
        if len(results) < _LINES:
            return {}
        facts, columns = results[_LINES - 2 : _LINES]
        for row in facts.rows:
            check_ordinary_table(table, *map(loaded, row, facts.types))
        found = (map(loaded, row, columns.types) for row in columns.rows)
        return {name: _COMPUTED if computed else oid for name, oid, computed in found}

    def _explain(self, table: str, error: ServerError) -> NoReturn:
        if error.state == "42P01":
            raise Failed(f"a table {table}", "the database has none")
        if error.state == "42809":
            self.exists(table)
        refusals.refuse(error, public=self._session.public)


class Writer:
    """Writes with the project's rights; what it changes is looked at by the reader."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def execute(self, statement: str, params: tuple[Any, ...] = ()) -> str:
        """The tag of the statement (``UPDATE 1``). Raises ``Refused`` for an integrity error, else ``Failed``."""
        text = self._session.literal(statement, params)
        answer = self._session.ask(_AFRESH, _AS_PROJECT + text)
        if answer.error:
            refusals.refuse(answer.error, public=self._session.public)
        return answer.results[-1].tag

    def versions(self, table: str) -> dict[Any, str]:
        """By id, the transaction that wrote each row of a table: another one once a row was written, whatever it holds.

        ``COPY`` gives no system columns. With the project's rights a query runs nothing that it could not run itself.
        """
        text = f"SELECT id, xmin FROM ONLY public.{_name(table)}"
        answer = self._session.ask(_AFRESH, _AS_PROJECT + text, table=table)
        if answer.error:
            refusals.refuse(answer.error, public=self._session.public)
        result = answer.results[-1]
        return {key: str(by) for key, by in (map(loaded, row, result.types) for row in result.rows)}

    def change(self, table: str, statement: str, params: tuple[Any, ...]) -> None:
        """The same for a statement that has to change a row: no constraint has accepted what was not tried."""
        if self.execute(statement, params).endswith(" 0"):
            raise Failed(f"a row of {table} to write", "the database changed none")


class Held:
    """Tables that nobody writes to, or that nobody even reads, until they are released."""

    def __init__(self, reader: Reader, session: Session, *tables: str, mode: str = "SHARE") -> None:
        self._reader, self._session = reader, session
        for begin, table in zip(["BEGIN; ", *[""] * len(tables)], tables, strict=False):
            lock = f"{begin}LOCK TABLE ONLY public.{_name(table)} IN {mode} MODE"
            answer = session.ask(_AS_PROJECT, lock, table=table)
            if answer.error:
                self.release()
                refusals.refuse(answer.error, public=session.public)

    def waiting(self) -> int:
        """How many sessions of this database wait for a lock now, whoever holds it."""
        return len(self._reader.execute(_WAITING))

    def end_waiting(self) -> None:
        """Ends the sessions that wait: nothing comes of what they asked for, as if their machine had gone before.

        The server does not notice that a client has gone as long as a lock is waited for.
        """
        for (pid,) in self._reader.execute(_WAITING):
            self._session.server.terminate(int(pid))

    def release(self) -> None:
        """Lets those who wait go on; again is no harm."""
        self._session.close()


def _name(name: str) -> str:
    return sql.Identifier(name).as_string(None)


def _text(value: str) -> str:
    return sql.Literal(value).as_string(None).strip()
