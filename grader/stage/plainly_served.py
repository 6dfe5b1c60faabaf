"""A project that brings no driver of PostgreSQL: migrated and served on SQLite, by a server of Python's own.

A database is a folder then, which each process of the project sees at ``/data``.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.agent.client import AgentFault
from grader.sandbox.api import Launch, Limits, Mount
from grader.stage.project import Broken
from grader.stage.spec import StageSpec
from grader.stage.stage import Stage

_DRIVERS = ("psycopg", "psycopg2")
_INSIDE = Path(__file__).with_name("on_sqlite.py")
_DATA = "/data"
_MIGRATE_S = 120.0
# What is true of every process of such a project: a value that is a place inside is the real one without a sandbox.
VARIABLES = {"DATABASE_URL": f"sqlite:///{_DATA}/db.sqlite3", "TRACK_DATA": _DATA}


def runs_on_sqlite(spec: StageSpec) -> bool:
    """Whether the project can use nothing but SQLite: no driver of PostgreSQL is among its packages."""
    return not any((spec.deps / name).is_dir() for name in _DRIVERS)


@contextmanager
def sqlite_folder(stage: Stage, *, migrate: bool) -> Iterator[str]:
    """A folder with a database, migrated if so wished, until the end of the ``with``. Raises ``Broken``."""
    folder = stage.spec.folder / f"sqlite-{secrets.token_hex(6)}"
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder, stage.sandbox.uid, stage.sandbox.uid)
    try:
        if migrate:
            _migrate(stage, str(folder))
        yield str(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def on_sqlite(program: str) -> tuple[str, ...]:
    """Python's arguments for a program of the grader's that runs with the project's settings, but this database."""
    return "-c", f"{_INSIDE.read_text('utf-8')}\n\nuse_sqlite()\n{program}"


def data_of(folder: str) -> Mount:
    """Such a folder, where a launch sees it."""
    return Mount(Path(folder), _DATA, writable=True)


def serving(fd: int, application: str) -> tuple[str, ...]:
    """Python's arguments for the server."""
    return on_sqlite(f"serve({fd}, {application!r})\n")


def _migrate(stage: Stage, folder: str) -> None:
    from grader.stage.serving import deployment

    spec = stage.spec
    launch = Launch(
        on_sqlite("migrate()\n"),
        env=deployment(stage, folder),
        mounts=(data_of(folder),),
        limits=Limits(wall_s=_MIGRATE_S),
        sources=spec.layout.sources,
    )
    process = stage.sandbox.start(launch, submission=spec.submission, deps=spec.deps)
    try:
        status = process.wait(_MIGRATE_S + 5)
    except TimeoutError:
        status = 124
    finally:
        process.kill()
    if status:
        said = process.output().decode(errors="replace").strip().splitlines()[-1:]
        why = f"`migrate` ended with status {status}: {''.join(said)[:200]}"
        raise Broken("ran its migrations on SQLite", AgentFault(why))
