"""The submission as production serves it, on a stage: a server with the real services behind it."""

import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType

from grader.sandbox.server import ApplicationServer
from grader.stage import registry
from grader.stage.places import EMPTY, MIGRATED
from grader.stage.plainly_served import VARIABLES, data_of, runs_on_sqlite, server_of, sqlite_file
from grader.stage.registry import POSTGRES, REGISTRY
from grader.stage.stage import Stage

# What takes the course's limits of rates away: for gates that ask more often than anybody may.
UNLIMITED = {f"THROTTLE_{kind}": "" for kind in ("BURST", "ANON", "USER", "SENSITIVE", "LOGIN", "REGISTER")}
NONE: Mapping[int, Path] = MappingProxyType({})


def serve(
    stage: Stage,
    stack: ExitStack,
    *,
    settings: str = "",
    env: Mapping[str, str | None] | None = None,
    database: str | None = None,
    migrate: bool = True,
    workers: int = 2,
    more: Mapping[int, Path] = NONE,
    as_configured: bool = False,
    anew: bool = True,
) -> ApplicationServer:
    """Starts the server of the layout under ``settings``, or those of a deployment. ``stack`` ends it.

    It is on the PostgreSQL database of that name, or else on a new one of its own, migrated unless ``migrate`` is
    false; a project without a driver of PostgreSQL is on SQLite instead, and one without gunicorn is served without it.
    ``env`` adds variables; ``None`` takes one away. ``more`` are sockets that it reaches at further ports of its own.
    ``as_configured`` leaves gunicorn's processes and times to the project's configuration. Unless it is ``anew``, Redis
    holds what it held.
    Requests come as plain HTTP from 127.0.0.1.

    Raises:
        Broken: the project does not get through its migrations.
    """
    services, layout = stage.services, stage.spec.layout
    stage.check_time()
    if database is None:
        database = new_database(stage, stack, migrate=migrate)
    if anew:
        services.reset()
    server = ApplicationServer(
        stage.sandbox,
        submission=stage.spec.submission,
        deps=stage.spec.deps,
        env=deployment(stage, database, settings=settings, env=env),
        ports=(*registry.ports(), *more),
        layout=layout,
        workers=workers,
        mounts=(data_of(database),) if runs_on_sqlite(stage.spec) else (),
        command=server_of(stage.spec),
        as_configured=as_configured,
    )
    stack.callback(server.kill)
    stack.callback(services.kill, server.process)
    for service in REGISTRY:
        services.attach(server.process, service)
    for port, socket in more.items():
        services.connect(server.process, port, socket)
    return server


def new_database(stage: Stage, stack: ExitStack, *, migrate: bool = True) -> str:
    """The name of a database of the project's kind, migrated unless ``migrate`` is false, until ``stack`` ends.

    Raises ``Broken`` where the project does not get through its migrations.
    """
    if runs_on_sqlite(stage.spec):
        return stack.enter_context(sqlite_file(stage, migrate=migrate))
    if migrate:
        stage.main.ready("postgres")
    return stack.enter_context(stage.services.postgres_databases.copy(MIGRATED if migrate else EMPTY))


def deployment(
    stage: Stage, database: str, *, settings: str = "", env: Mapping[str, str | None] | None = None
) -> dict[str, str]:
    """The variables of a process that runs as in production, with every service in reach. Keys are new each time."""
    plain = runs_on_sqlite(stage.spec)
    services = [service for service in REGISTRY if not (plain and service is POSTGRES)]
    given = {
        "SECRET_KEY": secrets.token_hex(32),
        "JWT_SIGNING_KEY": secrets.token_hex(32),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "DJANGO_SETTINGS_MODULE": settings or stage.spec.layout.production,
        **stage.services.variables(*services, database=database),
        **(VARIABLES if plain else {}),
        **(env or {}),
    }
    return {name: value for name, value in given.items() if value is not None}
