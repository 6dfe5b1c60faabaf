"""The base line: the same checks with the project in the pytest process itself, as plain pytest-django would have it.

A pytest plugin that puts the agent's operations into this process: no sandbox, no fork, no second process, no JSON.
On SQLite a check is a transaction that is rolled back. On PostgreSQL it is what ``transaction=True`` makes of a test:
real commits on one connection, seen by threads, and a flush of all tables afterwards; the kit's observer and its
counting of queries are Django's own cursor and ``CaptureQueriesContext``. Only the course's own solution is ever run
like this.
"""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.agent.inside.channel import Channel
from grader.agent.inside.checks import OPERATIONS, enter_savepoint, roll_back
from grader.agent.inside.errors import serialize_exception
from grader.agent.inside.process import Agent
from grader.agent.inside.project import use_database
from grader.agent.raised import read_raised
from grader.agent.wire import decode
from grader.checkpoint import spec
from grader.checkpoint.kit import lines
from grader.checkpoint.kit.case import Case
from grader.stage import project
from grader.stage.host import POSTGRES_ENGINE, MainHost
from grader.stage.places import OnPostgres, OnSqlite, Origin, Place, SqliteFile
from grader.stage.postgres.databases import SCRATCH
from grader.stage.project import Project
from grader.stage.registry import POSTGRES
from grader.stage.spec import Mode
from grader.stage.sqlite.witness import Folder
from grader.stage.stage import Stage

_FILE = SqliteFile("template")


class InlineClient:
    """Stands where the agent's client does, and calls the operations."""

    spent = 0.0

    def __init__(self, agent: Agent) -> None:
        self.agent, self.in_check, self._block = agent, False, None

    def ask(self, op: str, *, within_s: float, doing: str = "", **arguments: Any) -> Any:
        """The operation's value, decoded."""
        return decode(self.raw(op, within_s=within_s, doing=doing, **arguments))

    def raw(self, op: str, *, within_s: float, doing: str = "", **arguments: Any) -> Any:
        """The operation's value as the agent writes it."""
        try:
            return self.agent.operate(op, arguments)
        except Exception as error:
            raise read_raised(serialize_exception(error, self.agent.root)) from None

    def begin(self, mode: str, database: Any, *, within_s: float) -> None:
        """A transaction, rolled back at the end, whatever mode was asked for."""
        self._block = enter_savepoint(self.agent, mode="savepoint", database=database)
        self.in_check = True

    def end(self, *, within_s: float) -> None:
        """Rolls it back."""
        self.in_check = False
        roll_back(self._block)
        self.agent.objects.clear()

    def close(self) -> None:
        """Nothing is open."""


class CommittingClient(InlineClient):
    """The same on PostgreSQL, as pytest-django's ``django_db(transaction=True)`` has it."""

    def begin(self, mode: str, database: Any, *, within_s: float) -> None:
        """Nothing but the one database, unless the connection has it already."""
        from django.db import connections

        if connections.settings["default"]["NAME"] != database["NAME"]:
            use_database(self.agent, database)
        self.agent.mode = "inline"
        self.in_check = True

    def end(self, *, within_s: float) -> None:
        """What TransactionTestCase does: flush, with the signals that make permissions and content types again."""
        from django.core.cache import caches
        from django.core.management import call_command

        self.in_check = False
        caches["default"].clear()
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=False)
        self.agent.objects.clear()


def _load(told: spec.RunSpec) -> Agent:
    """The agent of this process, with the submission and its packages on the path."""
    os.chdir(told.submission)
    sys.path += [str(told.deps), *(str(told.submission / part) for part in ("src/apps", "src", "."))]
    tempfile.tempdir = str(told.folder)  # nothing else would remove what the agent leaves
    return Agent(Channel(socket.socketpair()[0]), OPERATIONS, str(told.submission))


def _start(self: Project) -> None:
    told = spec.read(Path(os.environ[spec.VARIABLE]))
    agent = _load(told)
    self.sqlite.folder = Folder(os.open(agent.folder, os.O_RDONLY))
    os.environ.update(SECRET_KEY="inline", DATABASE_URL="sqlite://:memory:", REDIS_URL="")
    self.process = SimpleNamespace(kill=lambda: None, port=lambda port: port, listeners={})  # type: ignore[assignment]
    postgres = told.database == "postgres"
    self.client = (CommittingClient if postgres else InlineClient)(agent)  # type: ignore[assignment]
    setup = self.host.setup(self.process) if postgres else {"settings": told.layout.settings}
    assert setup is not None
    self.client.ask("setup", within_s=0, **setup)
    self.client.ask("warm", within_s=0)


def _migrate_sqlite(self: Project, origin: Origin, *target: str) -> None:
    """In place: no other process looks at the file."""
    self.agent.ask("migrate", within_s=0, database=self.database_settings(_FILE), target=target)


@contextmanager
def _as_it_is(self: Project, mode: str, place: Place | None) -> Iterator[OnPostgres | SqliteFile | None]:
    """The one file itself: what a check does to it is rolled back."""
    yield _FILE if isinstance(place, OnSqlite) else place


def _database_settings(self: MainHost, process: Any, place: OnPostgres | SqliteFile) -> Mapping[str, Any]:
    """PostgreSQL by its own socket: there is no sandbox to reach it from."""
    databases = self.services.postgres_databases
    if place.name == SCRATCH:
        databases.open_scratch()
    placed = {"ENGINE": POSTGRES_ENGINE, **databases.settings(POSTGRES.port, place.name)}
    return {**placed, "HOST": str(self.services.socket(POSTGRES).parent), "PORT": ""}


def _shared(stage: Stage, case: Case) -> Mode:
    """Every check on the one database of this process, with no observer beside it."""
    return "savepoint"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Every project of this run is the one in this process."""
    project.Project._start = _start  # type: ignore[method-assign]
    project.Project.migrate_sqlite = _migrate_sqlite  # type: ignore[method-assign]
    project.Project._copied = _as_it_is  # type: ignore[method-assign]
    if spec.read(Path(os.environ[spec.VARIABLE])).database == "postgres":
        MainHost.database_settings = _database_settings  # type: ignore[method-assign]
        lines.isolation = _shared
