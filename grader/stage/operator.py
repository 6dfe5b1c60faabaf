"""Whoever operates a deployment: runs scripts of the project beside it, and keeps what they write in a folder."""

import os
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.domain.words import bounded
from grader.sandbox.api import Launch, Limits, Mount, Process
from grader.sandbox.runtime import shell
from grader.sandbox.services import binaries
from grader.stage import registry
from grader.stage.outcome import Failed
from grader.stage.registry import POSTGRES
from grader.stage.serving import deployment
from grader.stage.stage import Stage

FOLDER = "/backups"
_LIMITS = Limits(wall_s=300.0, file_mb=64)
# Python is what a sandbox starts; it becomes the shell.
_SHELL = "import os, sys; os.execvp('sh', ['sh', *sys.argv[1:]])"


class Operator:
    """Runs scripts with the programs of PostgreSQL, as a login that may do what the owner of a database may.

    ``folder`` is on the host what the scripts have as ``FOLDER``. All ends with ``stack``.
    """

    def __init__(self, stage: Stage, stack: ExitStack, database: str) -> None:
        self._stage, self._stack, self.database = stage, stack, database
        self.folder = Path(stack.enter_context(TemporaryDirectory(dir=stage.spec.folder, prefix="kept-")))
        if os.geteuid() == 0:
            os.chown(self.folder, stage.sandbox.uid, stage.sandbox.uid)
        login = stage.services.postgres_server.add_operator(database)
        inside = stage.sandbox.reserve(registry.ports())
        self.env = {
            **deployment(stage, database),
            "DATABASE_URL": stage.services.postgres_server.url(inside[POSTGRES.port], database, login),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(inside[POSTGRES.port]),
            "PGUSER": login.name,
            "PGPASSWORD": login.password,
            "PGDATABASE": database,
            "BACKUP_DIR": f"{FOLDER}/all",
        }
        self._login = login

    def run(self, *argv: str, env: dict[str, str]) -> Process:
        """`sh` with these arguments, in the root of the project, and these variables more."""
        stage, wheel = self._stage, binaries.postgres()
        launch = Launch(
            ("-c", _SHELL, *argv),
            env={**self.env, "PATH": f"{wheel.bin}:/usr/bin:/bin", **env},
            mounts=(*shell(), *wheel.mounts, Mount(self.folder, FOLDER, writable=True)),
            limits=_LIMITS,
            ports=registry.ports(),
            sources=stage.spec.layout.sources,
        )
        process = stage.sandbox.start(launch, submission=stage.spec.submission, deps=stage.spec.deps)
        self._stack.callback(stage.services.kill, process)
        stage.services.attach(process, POSTGRES)
        return process

    def kill(self, process: Process) -> None:
        """Ends a process that ``run`` gave, and all of its children."""
        self._stage.services.kill(process)

    def count(self, database: str, table: str) -> int:
        """How many rows a table has, in whatever database; ``Failed`` if there is no such table.

        It is copied out: ``COPY`` evaluates nothing of the project's and takes no view. Who owns it does not matter.
        """
        import psycopg
        from psycopg import sql

        statement = sql.SQL("COPY public.{} TO STDOUT").format(sql.Identifier(table))
        with closing(self._stage.services.postgres_server.reader(database)) as connection:
            try:
                with connection.cursor().copy(statement) as lines:
                    return sum(bytes(part).count(b"\n") for part in lines)
            except psycopg.Error as error:
                raise Failed(f"a table {table} that can be read", bounded(str(error), 200)) from None

    def made(self) -> list[str]:
        """The databases that the scripts have made and that are there now."""
        return self._stage.services.postgres_server.databases_of(self._login)
