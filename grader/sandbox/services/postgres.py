"""A real PostgreSQL of a submission's own: a fresh server in memory, with a superuser whom only the grader knows."""

import contextlib
import hashlib
import os
import secrets
import shutil
import threading
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from grader.domain.errors import EnvironmentError_
from grader.sandbox.api import Launch, Limits, Mount, Sandbox
from grader.sandbox.runtime import shell
from grader.sandbox.services import binaries
from grader.sandbox.services.service import LOG_MB, Service, password
from grader.sandbox.services.statement_log import LINE_PREFIX, StatementLog

LEARNER = "learner"
_LEARNER: LiteralString = (
    "CREATE ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 40 "
)
_CONF = f"""
listen_addresses = ''
unix_socket_permissions = 0777
max_connections = 60
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 128MB
checkpoint_timeout = 1d
autovacuum = off
jit = off
io_method = sync
max_worker_processes = 0
max_parallel_workers = 0
max_logical_replication_workers = 0
huge_pages = off
dynamic_shared_memory_type = mmap
file_copy_method = copy
client_connection_check_interval = 2s
temp_file_limit = 64MB
password_encryption = scram-sha-256
scram_iterations = 1
logging_collector = off
log_destination = stderr
log_line_prefix = '{LINE_PREFIX}'
log_statement = all
log_error_verbosity = terse
log_min_messages = warning
log_min_error_statement = panic
log_parameter_max_length = 0
lc_messages = 'C'
log_timezone = 'UTC'
timezone = 'UTC'
"""
_INITDB = """--username=postgres --auth=scram-sha-256 --no-sync --wal-segsize=1 --no-data-checksums --encoding=UTF8
--locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C"""

# Every check's database is a copy of all files of another one. What is said of built-in functions is not needed, tables
# are packed, and the maps of free space and of visibility, a quarter of the files, are made anew where they are missed.
_PACK = "DELETE FROM pg_description;\nVACUUM FULL;\n"
_MAPS = ("*_fsm", "*_vm")


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
            self._run("CREATE DATABASE {} ALLOW_CONNECTIONS false", name)
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


def cluster(sandbox: Sandbox, *, state_dir: Path) -> Path:
    """The directory with ``data``, a database cluster to copy, and the ``password`` of its superuser; made once.

    ``sandbox`` is that of the service, whose user the data belong to.
    """
    wheel = binaries.postgres()
    settings = hashlib.sha256((_CONF + _INITDB + _PACK + " ".join(_MAPS)).encode()).hexdigest()[:8]
    kept = state_dir / f"postgres-{wheel.version}-{settings}-{sandbox.uid}"
    if (kept / "password").exists():
        return kept
    making = state_dir / f"making-{secrets.token_hex(6)}"
    making.mkdir(mode=0o700)
    try:
        _initdb(sandbox, wheel, making)
        with contextlib.suppress(OSError):  # another process may have been faster: theirs is as good
            making.rename(kept)
        return kept
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _initdb(sandbox: Sandbox, wheel: binaries.Binaries, making: Path) -> None:
    """Makes the cluster in ``making``/data, as the service's own user, in a sandbox."""
    for name in ("data", "in"):
        (making / name).mkdir(mode=0o700)
        os.chown(making / name, sandbox.uid, -1)
    secret = password()
    (making / "in/password").write_text(secret)
    os.chown(making / "in/password", sandbox.uid, -1)
    (making / "in/pack.sql").write_text(_PACK)
    initdb = f"{wheel.bin}/initdb --pgdata=/data --pwfile=/in/password {' '.join(_INITDB.split())}"
    pack = f"{wheel.bin}/postgres --single -F -D /data template1 </in/pack.sql"
    argv = ("/bin/sh", "-ec", f"{initdb}; {pack}")
    mounts = (
        *wheel.mounts,
        *shell(),
        Mount(making / "data", "/data", writable=True),
        Mount(making / "in", "/in"),
    )
    launch = Launch(argv, mounts=mounts, raw=True, limits=Limits(address_mb=None), cwd="/tmp")
    process = sandbox.start(launch, submission=None, deps=None)
    if process.wait(120):
        said = process.output().decode(errors="replace").strip()[-400:]
        raise EnvironmentError_(f"PostgreSQL's data directory could not be made: {said}", "Run `grader doctor`.")
    shutil.rmtree(making / "in")
    for pattern in _MAPS:
        for path in (making / "data/base").glob(f"*/{pattern}"):
            path.unlink()
    with (making / "data/postgresql.auto.conf").open("a") as conf:
        conf.write(_CONF)
    file = os.open(making / "password", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as out:
        out.write(secret)
