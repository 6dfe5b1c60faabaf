"""Copies of a check's SQLite file: opened with limits, and written back where the project is to see the outcome."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import types

from .functions import register

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LARGEST_FILE = 16 << 20
# What SQLite takes from the project's own connection has to be taken here: so the depth of an expression, the terms of
# a SELECT and the levels of triggers keep SQLite's own limits. They bound neither time nor memory, which others do.
LIMITS: Mapping[int, int] = types.MappingProxyType(
    {
        sqlite3.SQLITE_LIMIT_LENGTH: LARGEST_FILE,
        sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1 << 20,
        sqlite3.SQLITE_LIMIT_ATTACHED: 0,
        sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
    }
)
# A schema is trusted: SQLite lets one that is not call only functions that are marked as innocuous, which Python cannot
# do, and Django's migrations put others into constraints, indexes and generated columns. What a hostile one gains is
# time and memory, both bounded, in a process without rights. What reaches further is off here and taken away below.
OPTIONS: Mapping[int, bool] = types.MappingProxyType(
    {
        sqlite3.SQLITE_DBCONFIG_DEFENSIVE: True,
        sqlite3.SQLITE_DBCONFIG_TRUSTED_SCHEMA: True,
        sqlite3.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION: False,
        sqlite3.SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER: False,
    }
)
COPY = "/tmp/copy.sqlite3"
BESIDE = ("", "-wal", "-journal")


@contextlib.contextmanager
def open_copy(folder: int, name: str, back: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection to a copy of the file as it is now; with ``back`` the file becomes what the copy ends as.

    ``folder`` is a descriptor. The copy has the journal with it, so that what was never committed is rolled back in the
    copy as well.
    """
    for suffix in BESIDE:
        copy_file(folder, name + ".sqlite3" + suffix, COPY + suffix)
    base = sqlite3.connect(f"file:{COPY}?mode=rw", uri=True, isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES)
    with contextlib.closing(base):
        for limit, value in LIMITS.items():
            base.setlimit(limit, value)
        for option, is_on in OPTIONS.items():
            base.setconfig(option, is_on)
        base.execute("PRAGMA foreign_keys = ON")
        register(base)
        yield base
    if back:
        write_back(folder, name)


def copy_file(folder: int, name: str, target: str) -> None:
    """Copies an ordinary file of the folder, if it is there; ``OSError`` if it is none or too large."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(target)
    try:
        source = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        return
    with open(source, "rb") as file, open(target, "wb") as copy:
        if not stat.S_ISREG(os.fstat(source).st_mode):
            raise OSError("it is no ordinary file")
        data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise OSError("it is larger than 16 MiB")
        copy.write(data)


def write_back(folder: int, name: str) -> None:
    """Puts the copy, which is closed and so needs no journal, in the place of what the file holds."""
    flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    with open(COPY, "rb") as copy, open(os.open(f"{name}.sqlite3", flags, dir_fd=folder), "wb") as file:
        file.write(copy.read())
        file.truncate()
    for suffix in BESIDE[1:]:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{name}.sqlite3{suffix}", dir_fd=folder)
