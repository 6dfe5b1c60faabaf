"""SQLite for one writer: opened so that what is committed is on the disk, all or nothing, with words for what fails."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.tables import TABLES, UPGRADES, VERSION
from grader.domain.errors import EnvironmentError_, UsageError_

NAME = "class.sqlite3"
_FULL = frozenset((sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC))


class NoRoom(Exception):
    """The disk is full: nothing was written, and nothing is lost if it is tried again."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """All or nothing. A failed COMMIT leaves nothing open either."""

    db: sqlite3.Connection

    def __enter__(self) -> None:
        self.db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            try:
                self.db.execute("COMMIT")
                return
            except sqlite3.Error:
                self._undo()
                raise
        self._undo()

    def _undo(self) -> None:
        if self.db.in_transaction:  # a full disk has ended it already
            self.db.execute("ROLLBACK")


@dataclass(frozen=True, slots=True)
class Opened:
    """A journal that was opened. ``upgraded_from`` is the version that it was of, if that was an earlier one."""

    db: sqlite3.Connection
    upgraded_from: int | None


def opened(folder: Path, *, create: bool) -> Opened:
    """The journal of the folder, with its tables; one of an earlier version is of this one from now on.

    Raises:
        UsageError_: there is none (unless ``create``), or it is of a newer version.
        EnvironmentError_: it cannot be read or written.
    """
    path = folder / NAME
    if not create and not path.is_file():
        raise UsageError_(f"{folder} holds no class", "Name the folder that `grader class` wrote to: --out DIR.")
    try:
        if create:
            with suppress(OSError):  # told below
                path.touch(0o600)  # before there is anything in it
        db = sqlite3.connect(path, isolation_level=None, timeout=30)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            path.chmod(0o600)  # it has what hidden checks expected and saw
            version = _make_ready(db, path)
        except BaseException:
            db.close()
            raise
    except sqlite3.Error as problem:
        raise _unreadable(folder, problem) from None
    return Opened(db, version if 0 < version < VERSION else None)


def _make_ready(db: sqlite3.Connection, path: Path) -> int:
    """Makes the tables that are missing; gives the version that there was, 0 for none."""
    if _version(db) == VERSION:
        return VERSION
    with Transaction(db):
        version = _version(db)  # anew: another process may have been first
        if not 0 <= version <= VERSION:
            raise UsageError_(
                f"{path} was written by a newer version of the grader ({version}; this one reads up to {VERSION})",
                "Go on with the grader that wrote it, or name a new folder: --out DIR.",
            )
        for statement in _missing(version):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")
    return version


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _missing(version: int) -> Iterator[str]:
    if version == 0:
        yield from TABLES
        return
    for step in range(version, VERSION):
        yield from UPGRADES[step]


def is_full(problem: sqlite3.OperationalError) -> bool:
    """Whether it is for want of room."""
    return problem.sqlite_errorcode in _FULL


def readable[T](folder: Path, read: Callable[[], T]) -> T:
    """What ``read`` gives. Raises ``EnvironmentError_`` where the journal in the folder cannot be read or written."""
    try:
        return read()
    except sqlite3.Error as problem:
        raise _unreadable(folder, problem) from None


def _unreadable(folder: Path, problem: sqlite3.Error) -> EnvironmentError_:
    if isinstance(problem, sqlite3.OperationalError) and is_full(problem):
        return EnvironmentError_(
            f"the disk of {folder} is full", "Make room, and run the same command again; nothing that was kept is lost."
        )
    return EnvironmentError_(
        f"the journal {folder / NAME} cannot be used: {problem}",
        "Check the disk and the permissions of the folder; a damaged file can be moved away, to begin anew.",
    )
