"""The witness: a clean process, without learner code, that looks at what learner code has left.

It opens a copy of a check's SQLite file, from the folder whose descriptor it was given, and parses Python as data.
Whatever is in them can harm this process only, which has no other rights and is killed when it does not answer.
"""
# mypy: ignore-errors

import contextlib
import datetime
import os
import re
import socket
import sqlite3
import stat
import time

from . import sources, state  # noqa: F401 - sources registers its operations
from .answering import answer
from .state import op
from .values import decode

LONGEST_CPU_S = 8.0
MOST_ROWS = 4000
MOST_BYTES = 900_000
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 4 << 20,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1 << 20,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 20,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 5000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 20,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
PRAGMAS = {"table_info", "foreign_key_list", "index_list", "index_info"}
KINDS = {
    "SQLITE_CONSTRAINT_CHECK": "check",
    "SQLITE_CONSTRAINT_UNIQUE": "unique",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "unique",
    "SQLITE_CONSTRAINT_NOTNULL": "not-null",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "foreign-key",
}
ABSENT = re.compile("no such (table|column)|has no column named")
COPY = "/tmp/copy.sqlite3"
BESIDE = ("", "-wal", "-journal")
LARGEST_FILE = 16 << 20
GIVEN = {}


class Denied(Exception):
    """A statement that reads something else than an ordinary table."""


class Guard:
    """What a statement may do: SQLite asks it about every access while the statement is being prepared."""

    def __init__(self):
        self.read = set()

    def __call__(self, action, first, second, database, source):
        if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_PRAGMA and first not in PRAGMAS:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and str(second).lower() in ("load_extension", "fts3_tokenizer"):
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ and source is None:
            self.read.add(str(first).lower())
        return sqlite3.SQLITE_OK


@contextlib.contextmanager
def opened(name, back=False):
    """A connection to a copy of the file as it is now; with ``back`` the file becomes what the copy ends as.

    The copy has the journal with it, so that what was never committed is rolled back in the copy as well.
    """
    for suffix in BESIDE:
        copied(name + ".sqlite3" + suffix, COPY + suffix)
    base = sqlite3.connect(f"file:{COPY}?mode=rw", uri=True, isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES)
    with contextlib.closing(base):
        for limit, value in LIMITS.items():
            base.setlimit(limit, value)
        base.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        base.setconfig(sqlite3.SQLITE_DBCONFIG_TRUSTED_SCHEMA, False)
        base.execute("PRAGMA foreign_keys = ON")
        base.create_function("regexp", 2, regexp, deterministic=True)
        yield base
    if back:
        written_back(name)


def copied(name, target):
    """Copies an ordinary file of the folder, if it is there and not too large."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(target)
    try:
        source = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=state.AGENT.databases)
    except FileNotFoundError:
        return
    with open(source, "rb") as file, open(target, "wb") as copy:
        if not stat.S_ISREG(os.fstat(source).st_mode):
            raise OSError("it is no ordinary file")
        data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise OSError("it is larger than 16 MiB")
        copy.write(data)


def written_back(name):
    """Puts the copy, which is closed and so needs no journal, in the place of what the file holds."""
    flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    with open(COPY, "rb") as copy, open(os.open(f"{name}.sqlite3", flags, dir_fd=state.AGENT.databases), "wb") as file:
        file.write(copy.read())
        file.truncate()
    for suffix in BESIDE[1:]:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{name}.sqlite3{suffix}", dir_fd=state.AGENT.databases)


def regexp(pattern, text):
    """SQLite's REGEXP as Django gives it to a project's connection."""
    return bool(re.search(pattern, str(text))) if pattern is not None and text is not None else None


@op
def sql(name, statement, params, back=False):
    """A statement in that file: ``("rows", …)``, ``("refused", kind, constraint)`` or ``("failed", why)``.

    ``back``: what it writes is to be seen by the project, which has let its connections go.
    """
    guard = Guard()
    values = [adapted(value) for value in decode(params)]
    if values:
        statement = statement.replace("%s", "?").replace("%%", "%")
    try:
        with opened(name, back) as base:
            ends = time.process_time() + LONGEST_CPU_S
            base.set_progress_handler(lambda: time.process_time() > ends, 20_000)
            base.set_authorizer(guard)
            return ("rows", rows(base, guard, statement, values))
    except sqlite3.IntegrityError as error:
        return ("refused", *refusal(error))
    except Denied as error:
        return ("absent", str(error))
    except (OSError, sqlite3.Error, sqlite3.Warning) as error:
        message = str(error)
        return ("absent" if ABSENT.search(message) else "failed", message[:200])


def rows(base, guard, statement, values):
    """The rows, if they are those of ordinary tables and not too many."""
    cursor = base.execute(statement, values)
    if cursor.description is None:
        return []
    if odd := guard.read & extraordinary(base):
        raise Denied(f"{min(odd)} is not an ordinary table")
    found, size = [], 0
    for row in cursor:
        found.append(row)
        size += sum(len(v) if isinstance(v, (str, bytes)) else 8 for v in row)
        if len(found) > MOST_ROWS or size > MOST_BYTES:
            raise sqlite3.DataError("more rows than anybody reads")
    return found


def extraordinary(base):
    """The names of views and of virtual tables, which show what they like."""
    found = base.execute("SELECT name FROM sqlite_master WHERE type = 'view' OR (type = 'table' AND rootpage = 0)")
    return {str(name).lower() for (name,) in found}


def refusal(error):
    """The kind of constraint, and its name or its column as SQLite tells it."""
    kind = KINDS.get(getattr(error, "sqlite_errorname", ""), "other")
    return kind, str(error).partition("constraint failed: ")[2][:300]


def adapted(value):
    """A value as Django writes it into SQLite."""
    if isinstance(value, datetime.datetime):
        return str(value.astimezone(datetime.UTC).replace(tzinfo=None) if value.tzinfo else value)
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, (int, float, str, bytes)):
        return value
    return value.hex if hasattr(value, "hex") and not isinstance(value, bytes) else str(value)


@op
def put(name, key, content=None):
    """Makes the file of a database with what it was given under that key, now or before; why not, or nothing."""
    if content is not None:
        GIVEN[key] = decode(content)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with open(os.open(f"{name}.sqlite3", flags, 0o600, dir_fd=state.AGENT.databases), "wb") as file:
            file.write(GIVEN[key])
        return ""
    except OSError as error:
        return error.strerror or "it cannot be written"


@op
def settle(name):
    """Rolls back or writes home what a process has left half-way in the file; why not, or nothing."""
    try:
        with opened(name, back=True) as base:
            base.execute("SELECT count(*) FROM sqlite_master").fetchall()
        return ""
    except (OSError, sqlite3.Error, sqlite3.Warning) as error:
        return str(error)[:200] or "it cannot be read"


def converted(read):
    """A converter that leaves as a text what is none of its kind."""

    def convert(value):
        try:
            return read(value.decode())
        except ValueError:
            return value.decode(errors="replace")

    return convert


def main(arguments):
    """Answers questions on the first descriptor about the databases in the folder of the second."""
    control, databases = arguments
    state.AGENT = state.Agent(socket.socket(fileno=control))
    state.AGENT.databases = databases
    for kind in ("datetime", "timestamp"):
        sqlite3.register_converter(kind, converted(datetime.datetime.fromisoformat))
    sqlite3.register_converter("date", converted(datetime.date.fromisoformat))
    sqlite3.register_converter("time", converted(datetime.time.fromisoformat))
    sqlite3.register_converter("bool", b"1".__eq__)
    while True:
        answer(state.AGENT.question())
