"""The witness: a clean process, without learner code, that looks at what learner code has left.

It opens a copy of a check's SQLite file, from the folder whose descriptor it was given, and parses Python as data.
Whatever is in them can harm this process only, which has no other rights and is killed when it does not answer.
"""

from __future__ import annotations

import datetime
import os
import re
import socket
import sqlite3
import types

from . import sources
from .answering import answer
from .channel import Channel
from .copies import open_copy
from .limited import Overtime, limited_cpu
from .values import decode, encode, no_reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

LONGEST_CPU_S = 8.0
MOST_ROWS = 4000
MOST_BYTES = 900_000
PRAGMAS = frozenset({"table_info", "table_xinfo", "foreign_key_list", "index_list", "index_info"})
KINDS: Mapping[str, str] = types.MappingProxyType(
    {
        "SQLITE_CONSTRAINT_CHECK": "check",
        "SQLITE_CONSTRAINT_UNIQUE": "unique",
        "SQLITE_CONSTRAINT_PRIMARYKEY": "unique",
        "SQLITE_CONSTRAINT_NOTNULL": "not-null",
        "SQLITE_CONSTRAINT_FOREIGNKEY": "foreign-key",
    }
)
ABSENT = re.compile("no such (table|column)|has no column named")
UNKNOWN = re.compile(r"(?:no such|unknown) function: (\w{1,60})")


class Denied(Exception):
    """A statement that reads something else than an ordinary table."""


class Computed(Exception):
    """A statement that reads a generated column, which shows what nobody has stored."""


class Guard:
    """What a statement may do: SQLite asks it about every access while the statement is being prepared."""

    def __init__(self) -> None:
        self.read: set[tuple[str, str]] = set()

    def __call__(
        self, action: int, first: str | None, second: str | None, database: str | None, source: str | None
    ) -> int:
        if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_PRAGMA and first not in PRAGMAS:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and str(second).lower() in ("load_extension", "fts3_tokenizer"):
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ and source is None:
            self.read.add((str(first).lower(), str(second).lower()))
        return sqlite3.SQLITE_OK


class Databases:
    """The SQLite files of an agent's folder, whose descriptor is ``folder``, and what was put into them before."""

    def __init__(self, folder: int) -> None:
        self.folder = folder
        self._contents: dict[str, bytes] = {}

    def sql(self, name: str, statement: str, params: Any, back: bool = False) -> tuple[Any, ...]:
        """A statement in that file: ``("rows", …)``, ``("refused", kind, constraint)`` or what failed, and why.

        ``back``: what it writes is to be seen by the project, which has let its connections go.
        """
        guard = Guard()
        values = [adapt(value) for value in decode(params)]
        if values:
            statement = statement.replace("%s", "?").replace("%%", "%")
        try:
            with limited_cpu(LONGEST_CPU_S) as is_over, open_copy(self.folder, name, back) as base:
                base.set_progress_handler(is_over, 20_000)
                base.set_authorizer(guard)
                return ("rows", rows(base, guard, statement, values))
        except sqlite3.IntegrityError as error:
            return ("refused", *refusal(error))
        except Denied as error:
            return ("absent", str(error))
        except Computed as error:
            return ("computed", str(error))
        except Overtime:
            return ("slow", f"{LONGEST_CPU_S:.0f} s")
        except (OSError, MemoryError, sqlite3.Error, sqlite3.Warning) as error:
            return failure(str(error) or "out of memory")

    def put(self, name: str, key: str, content: Any = None) -> str:
        """Makes the file of a database with what was given under that key, now or before; why not, or nothing."""
        if content is not None:
            self._contents[key] = decode(content)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            with open(os.open(f"{name}.sqlite3", flags, 0o600, dir_fd=self.folder), "wb") as file:
                file.write(self._contents[key])
            return ""
        except OSError as error:
            return error.strerror or "it cannot be written"

    def settle(self, name: str) -> str:
        """Rolls back or writes home what a process has left half-way in the file; why not, or nothing."""
        try:
            with open_copy(self.folder, name, back=True) as base:
                base.execute("SELECT count(*) FROM sqlite_master").fetchall()
            return ""
        except (OSError, sqlite3.Error, sqlite3.Warning) as error:
            return str(error)[:200] or "it cannot be read"


def rows(base: sqlite3.Connection, guard: Guard, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows, if they are those of ordinary tables and not too many."""
    cursor = base.execute(statement, values)
    if cursor.description is None:
        return []
    read = frozenset(guard.read)
    tables = {table for table, _ in read}
    if odd := tables & not_ordinary(base):
        raise Denied(f"{min(odd)} is not an ordinary table")
    for table in tables:
        if odd := {column for of, column in read if of == table} & generated(base, table):
            raise Computed(f"{min(odd)} of {table}")
    found, size = [], 0
    for row in cursor:
        found.append(row)
        size += sum(len(v) if isinstance(v, (str, bytes)) else 8 for v in row)
        if len(found) > MOST_ROWS or size > MOST_BYTES:
            raise sqlite3.DataError("more rows than anybody reads")
    return found


def not_ordinary(base: sqlite3.Connection) -> set[str]:
    """The names of views and of virtual tables, which show what they like."""
    found = base.execute("SELECT name FROM sqlite_master WHERE type = 'view' OR (type = 'table' AND rootpage = 0)")
    return {str(name).lower() for (name,) in found}


def generated(base: sqlite3.Connection, table: str) -> set[str]:
    """The names of the columns that the database computes."""
    found = base.execute("SELECT name FROM pragma_table_xinfo(?) WHERE hidden IN (2, 3)", (table,))
    return {str(name).lower() for (name,) in found}


def failure(message: str) -> tuple[str, str]:
    """What is missing for a statement by what SQLite says: a table or column, a function, or something else."""
    if unknown := UNKNOWN.search(message):
        return ("function", unknown[1])
    return ("absent" if ABSENT.search(message) else "failed", message[:200])


def refusal(error: sqlite3.IntegrityError) -> tuple[str, str]:
    """The kind of constraint, and its name or its column as SQLite says it."""
    kind = KINDS.get(getattr(error, "sqlite_errorname", ""), "other")
    return kind, str(error).partition("constraint failed: ")[2][:300]


def adapt(value: Any) -> str | int | float | bytes | None:
    """A value as Django writes it into SQLite."""
    if isinstance(value, datetime.datetime):
        return str(value.astimezone(datetime.UTC).replace(tzinfo=None) if value.tzinfo else value)
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, (int, float, str, bytes)):
        return value
    return str(value.hex) if hasattr(value, "hex") else str(value)


def lenient(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """A converter that leaves as a text what is none of its kind."""

    def convert(value: bytes) -> object:
        try:
            return read(value.decode())
        except ValueError:
            return value.decode(errors="replace")

    return convert


def register_converters() -> None:
    """Has SQLite give the types that Django writes."""
    for kind in ("datetime", "timestamp"):
        sqlite3.register_converter(kind, lenient(datetime.datetime.fromisoformat))
    sqlite3.register_converter("date", lenient(datetime.date.fromisoformat))
    sqlite3.register_converter("time", lenient(datetime.time.fromisoformat))
    sqlite3.register_converter("bool", b"1".__eq__)


def main(descriptors: Sequence[int]) -> None:
    """Answers questions on the first descriptor about the databases in the folder of the second."""
    channel, databases = Channel(socket.socket(fileno=descriptors[0])), Databases(descriptors[1])
    operations = {
        operation.__name__: operation
        for operation in (databases.sql, databases.put, databases.settle, sources.classes, sources.functions)
    }
    register_converters()
    while True:
        answer(channel, channel.question(), lambda name, given: encode(operations[name](**given), no_reference), "/")
