"""Where the project of a run lives: its sandbox, the variables it finds set, and its databases."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.agent.mount import PROGRAM, inside_mount
from grader.sandbox.api import FIRST_FD, Launch, Limits, Mount, Process, Sandbox
from grader.stage import registry
from grader.stage.places import MIGRATED, OnPostgres, SqliteFile, Vendor
from grader.stage.postgres.databases import SCRATCH
from grader.stage.project import Project
from grader.stage.registry import POSTGRES, Service
from grader.stage.services import Services
from grader.stage.spec import StageSpec

SQLITE_ENGINE, POSTGRES_ENGINE = "django.db.backends.sqlite3", "django.db.backends.postgresql"
# Where an official run's sandbox sees PostgreSQL's socket: thousands of statements need not pass through the relay.
_SOCKETS = "/run/postgres"


@dataclass(slots=True)
class MainHost:
    """The project with its models loaded, and ``beside`` it real servers. REDIS_URL is empty without a Redis."""

    spec: StageSpec
    sandbox: Sandbox
    services: Services
    beside: tuple[Service, ...] = ()

    def launch(self, fd: int) -> Process:
        """See ``Host``."""
        if self.spec.database == "postgres":
            self.services.postgres_databases.open_scratch()
        database = (POSTGRES,) if self.spec.database == "postgres" else ()
        env = own_variables() | self.services.variables(*database, *self.beside)
        mounts = (Mount(self.services.socket(POSTGRES).parent, _SOCKETS),) if self._near else ()
        process = launch_agent(self.sandbox, self.spec, fd, env, registry.ports(), mounts)
        for service in self.beside:
            self.services.attach(process, service)
        return process

    def setup(self, process: Process) -> Mapping[str, Any]:
        """See ``Host``."""
        on_postgres = self.spec.database == "postgres"
        return {
            "settings": self.spec.layout.settings,
            "database": self.database_settings(process, OnPostgres(SCRATCH) if on_postgres else SqliteFile(SCRATCH)),
        }

    def loaded(self) -> None:
        """See ``Host``."""
        if self.spec.database == "postgres":
            self.services.postgres_databases.close_scratch()

    def database_settings(self, process: Process, place: OnPostgres | SqliteFile) -> Mapping[str, Any]:
        """See ``Host``."""
        if place.vendor == "sqlite":
            return {"ENGINE": SQLITE_ENGINE, "NAME": place.name}
        self.services.attach(process, POSTGRES)
        placed = {
            "ENGINE": POSTGRES_ENGINE,
            **self.services.postgres_databases.settings(process.port(POSTGRES.port), place.name),
        }
        return placed | ({"HOST": _SOCKETS, "PORT": ""} if self._near else {})

    @property
    def _near(self) -> bool:
        """Whether the project reaches PostgreSQL by its socket; else by the relay, which serves what starts later."""
        return self.spec.database == "postgres" and self.sandbox.official

    def kill(self, process: Process) -> None:
        """See ``Host``."""
        self.services.kill(process)

    def prepare(self, project: Project, vendor: Vendor) -> None:
        """See ``Host``. What is made is kept for this run only."""
        if vendor == "postgres":
            self.services.postgres_databases.make(MIGRATED, lambda name: project.migrate(OnPostgres(name)))
            return
        if MIGRATED not in project.sqlite.given:
            project.migrate_sqlite(MIGRATED)


@dataclass(slots=True)
class BareHost:
    """A process that has loaded nothing of the project, with no variable set and no service in reach."""

    spec: StageSpec
    sandbox: Sandbox

    def launch(self, fd: int) -> Process:
        """See ``Host``."""
        return launch_agent(self.sandbox, self.spec, fd, {}, ())

    def setup(self, process: Process) -> None:
        """See ``Host``."""

    def loaded(self) -> None:
        """Nothing was in reach."""

    def database_settings(self, process: Process, place: OnPostgres | SqliteFile) -> Mapping[str, Any]:
        """None is in reach."""
        raise NotImplementedError

    def kill(self, process: Process) -> None:
        """See ``Host``."""
        process.kill()

    def prepare(self, project: Project, vendor: Vendor) -> None:
        """There is nothing to prepare."""
        raise NotImplementedError


def own_variables() -> dict[str, str]:
    """The variables that the project finds set when its checks run; databases and caches come on top."""
    hosts = "localhost,127.0.0.1,testserver"
    return {
        "SECRET_KEY": secrets.token_hex(25),
        "ALLOWED_HOSTS": hosts,
        "REDIS_URL": "",
        "DATABASE_URL": "sqlite:////tmp/scratch.sqlite3",
    }


def launch_agent(
    sandbox: Sandbox,
    spec: StageSpec,
    fd: int,
    env: dict[str, str],
    ports: tuple[int, ...],
    mounts: tuple[Mount, ...] = (),
) -> Process:
    """A sandbox with an agent that speaks on the descriptor."""
    launch = Launch(
        argv=(PROGRAM, str(FIRST_FD)),
        env=env,
        mounts=(inside_mount(), *mounts),
        limits=Limits(wall_s=1800),
        pass_fds=(fd,),
        ports=ports,
        sources=spec.layout.sources,
    )
    return sandbox.start(launch, submission=spec.submission, deps=spec.deps)
