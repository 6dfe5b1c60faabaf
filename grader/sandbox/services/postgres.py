"""A real PostgreSQL of a submission's own: a fresh server in memory, with a superuser whom only the grader knows."""

import contextlib
import threading
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from grader.sandbox.api import Sandbox
from grader.sandbox.services import binaries
from grader.sandbox.services.cluster import cluster
from grader.sandbox.services.service import LOG_MB, Service, password
from grader.sandbox.services.statement_log import StatementLog

LEARNER = "learner"
_LEARNER: LiteralString = (
    "CREATE ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 40 "
)


class Postgres:
    """One server. Every database in it belongs to the role ``learner``, which is no superuser and may create none.

    ``createdb`` lets the role create databases, as a test suite that makes its own needs.
    """

    def __init__(self, sandbox: Sandbox, *, state_dir: Path, createdb: bool = False) -> None:
        wheel, sandbox = binaries.postgres(), sandbox.for_service("postgres")
        template = cluster(sandbox, state_dir=state_dir)
        self._service = Service(sandbox, "PostgreSQL", mounts=wheel.mounts, template=template / "data")
        self._command = (f"{wheel.bin}/postgres", "-D", self._service.data, "-k", "/run/server")
        self.socket_dir = self._service.socket_dir
        self.log = StatementLog(self._service.log_path, limit_mb=LOG_MB)
        self._first_password = (template / "password").read_text()
        self._password, self._learner_password = password(), password()
        self._createdb = createdb
        # A connection for each thread: opening a database need not wait until another one is made or dropped.
        self._admins: dict[int, psycopg.Connection[Any]] = {}

    @property
    def socket(self) -> Path:
        """The server's socket, for a relay."""
        return self.socket_dir / ".s.PGSQL.5432"

    def start(self) -> None:
        """Starts the server, or starts it again with its data; returns when it takes connections."""
        first = bool(self._first_password)
        self._service.start(self._command, self._answers)
        if first:
            self._secure()

    def stop(self) -> None:
        """Ends the server for good and forgets its data."""
        self._forget_admins()
        self._service.close()

    def halt(self) -> None:
        """Stops the server as an operator would, and keeps its data: clients lose their connections."""
        self._forget_admins()
        self._service.halt()

    def restart(self) -> None:
        """``halt`` and ``start``."""
        self.halt()
        self.start()

    def admin(self, dbname: str = "postgres") -> "psycopg.Connection[tuple[Any, ...]]":
        """A connection of the superuser, for the trusted side alone; it commits every statement."""
        return psycopg.connect(
            host=str(self.socket_dir),
            user="postgres",
            password=self._first_password or self._password,
            dbname=dbname,
            autocommit=True,
            connect_timeout=10,
        )

    def url(self, port: int, name: str) -> str:
        """The address of a database as the learner's side reaches it, by the relay on that loopback port."""
        return f"postgres://{LEARNER}:{self._learner_password}@127.0.0.1:{port}/{name}"

    def create(self, name: str, template: str | None = None, *, open_to_learner: bool = True) -> None:
        """Makes a database, empty or as a sealed template is. The learner's side may use it once it is opened."""
        if template is None:
            self._run("CREATE DATABASE {} STRATEGY file_copy ALLOW_CONNECTIONS false", name)
        else:
            self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy ALLOW_CONNECTIONS false", name, template)
        self._run("REVOKE ALL ON DATABASE {} FROM PUBLIC", name)  # its right to connect is not copied, but new
        self._run("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true", name)
        if template is None:
            with self.admin(name) as connection:
                connection.execute(f"ALTER SCHEMA public OWNER TO {LEARNER}")
        if open_to_learner:
            self.open(name)

    def open(self, name: str) -> None:
        """Lets the learner's role into that database."""
        self._run("GRANT CONNECT, TEMPORARY, CREATE ON DATABASE {} TO " + LEARNER, name)

    def create_template(self, name: str) -> None:
        """Makes an empty database for the learner's side to migrate; then seal it."""
        self.create(name)

    def seal_template(self, name: str) -> None:
        """Closes it to everybody, so that no later code can change what every check starts from."""
        self._run("REVOKE ALL ON DATABASE {} FROM " + LEARNER, name)
        self.admin(name).close()  # the first connection writes down what every other one to a copy would look up
        self._run("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false", name)
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        self._connection().execute(ended, [name])

    def rename(self, name: str, to: str) -> None:
        """Gives a sealed database another name."""
        self._run("ALTER DATABASE {} RENAME TO {}", name, to)

    def forget_settings(self) -> None:
        """Takes back what the learner's role has set for itself: it would hold, and be read, in later databases."""
        forgotten = "DELETE FROM pg_catalog.pg_db_role_setting WHERE setrole = pg_catalog.to_regrole(%s)"
        self._connection().execute(forgotten, [LEARNER])

    def drop(self, name: str) -> None:
        """Removes a database and ends whatever is connected to it; none of that name is no harm."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: LiteralString, *names: str) -> None:
        """Runs a statement as superuser, with the quoted names in their places."""
        self._connection().execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connection(self) -> "psycopg.Connection[Any]":
        thread = threading.get_ident()
        connection = self._admins.get(thread)
        if connection is None or connection.closed:
            connection = self._admins[thread] = self.admin()
        return connection

    def _forget_admins(self) -> None:
        for connection in [self._admins.pop(thread) for thread in list(self._admins)]:
            with contextlib.suppress(psycopg.Error):
                connection.close()

    def _answers(self) -> bool:
        try:
            self.admin().close()
        except psycopg.OperationalError:
            return False
        return True

    def _secure(self) -> None:
        """A password of this run for the superuser, the learner's role, and nothing of the server for PUBLIC."""
        rights: LiteralString = "CREATEDB" if self._createdb else "NOCREATEDB"
        with self.admin() as connection:
            for database in ("postgres", "template1"):
                connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
            connection.execute(
                sql.SQL(_LEARNER + rights).format(sql.Identifier(LEARNER), sql.Literal(self._learner_password))
            )
            connection.execute(sql.SQL("ALTER ROLE postgres PASSWORD {}").format(sql.Literal(self._password)))
        self._first_password = ""
