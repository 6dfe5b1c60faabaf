"""A project that brings no driver of PostgreSQL, or no server: on SQLite, and served by a server of Python's own.

A database on SQLite is one file then, which each process of the project sees at ``/data``; its journal is in memory, so
that nothing else of the machine's disk is written to.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.agent.client import AgentFault
from grader.sandbox.api import Launch, Limits, Mount
from grader.stage.project import Broken
from grader.stage.spec import StageSpec
from grader.stage.stage import Stage

_DRIVERS = ("psycopg", "psycopg2")
_INSIDE = Path(__file__).with_name("on_sqlite.py")
_DATA = "/data/db.sqlite3"
_MIGRATE_S = 120.0
# What is true of every process of such a project: a value that is a place inside is the real one without a sandbox.
VARIABLES = {"DATABASE_URL": f"sqlite:///{_DATA}", "TRACK_DATA": _DATA}


def runs_on_sqlite(spec: StageSpec) -> bool:
    """Whether the project can use nothing but SQLite: no driver of PostgreSQL is among its packages."""
    return not any((spec.deps / name).is_dir() for name in _DRIVERS)


def brings_no_server(spec: StageSpec) -> bool:
    """Whether what the layout has served by gunicorn cannot be: it is not among the project's packages."""
    return spec.layout.server == "gunicorn" and not (spec.deps / "gunicorn").is_dir()


@contextmanager
def sqlite_file(stage: Stage, *, migrate: bool) -> Iterator[str]:
    """The path of a database, migrated if so wished, until the end of the ``with``. Raises ``Broken``."""
    file = stage.spec.folder / f"{secrets.token_hex(6)}.sqlite3"
    file.touch(mode=0o600)
    if os.geteuid() == 0:
        os.chown(file, stage.sandbox.uid, stage.sandbox.uid)
    try:
        if migrate:
            _migrate(stage, str(file))
        yield str(file)
    finally:
        file.unlink(missing_ok=True)


def on_sqlite(program: str) -> tuple[str, ...]:
    """Python's arguments for a program of the grader's that runs with the project's settings, but this database."""
    return _with_inside(f"use_sqlite()\n{program}")


def _with_inside(program: str) -> tuple[str, ...]:
    return "-c", f"{_INSIDE.read_text('utf-8')}\n\n{program}"


def data_of(file: str) -> Mount:
    """Such a database, where a launch sees it."""
    return Mount(Path(file), _DATA, writable=True)


def server_of(spec: StageSpec) -> Callable[[int], tuple[str, ...]] | None:
    """Python's arguments for a server at the listener of a number; ``None`` where the layout's server is there."""
    run = on_sqlite if runs_on_sqlite(spec) else _with_inside if brings_no_server(spec) else None
    return None if run is None else lambda fd: run(f"serve({fd}, {spec.layout.application!r})\n")


def _migrate(stage: Stage, file: str) -> None:
    from grader.stage.serving import deployment

    spec = stage.spec
    launch = Launch(
        on_sqlite("migrate()\n"),
        env=deployment(stage, file),
        mounts=(data_of(file),),
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
