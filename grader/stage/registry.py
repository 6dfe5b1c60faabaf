"""The servers that a project can be given: for each, all that the stage has to know of it, in one place.

To add one: the server in ``grader/sandbox/services/``, a user for it in ``grader.sandbox.api.Role``, and a line in
``REGISTRY``. Checks can take it down from then on, and what is served as in production finds it.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from grader.domain.errors import CourseError
from grader.sandbox.api import SERVER_LIMITS, Limits, Role, Sandbox

# The drivers of the servers take longer to import than a whole run on SQLite: they come with the first server.
if TYPE_CHECKING:
    from grader.sandbox.services.redis import Redis
    from grader.sandbox.services.relay import Mode


class Server(Protocol):
    """A real server in a sandbox of its own, with limits and a user of its own."""

    @property
    def socket(self) -> Path:
        """Its socket, for a relay."""

    def start(self) -> None:
        """Starts it, or starts it again; returns when it answers. ``EnvironmentError_`` if it does not."""

    def halt(self) -> None:
        """Stops it, as an operator would: clients lose their connections. What it stores on disk stays."""

    def stop(self) -> None:
        """Ends it for good."""

    def answers(self) -> bool:
        """Whether it takes connections."""


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of server.

    ``name`` is what checks call it, ``title`` what people do, ``port`` where projects find it on 127.0.0.1. ``user``
    runs it, within ``limits``. ``make`` prepares a server, which is not started yet. ``variables`` are the environment
    variables that tell a project where it is, from the server, the port as seen from the project and the name of a
    database. ``reset`` makes a running one as good as new. ``faults`` are what the network to it can be made to do.
    """

    name: str
    title: str
    port: int
    user: Role
    make: "Callable[[Sandbox, Path, Service], Server]"
    variables: Callable[[Any, int, str], Mapping[str, str]]
    reset: Callable[[Any], None]
    limits: Limits = SERVER_LIMITS
    faults: "tuple[Mode, ...]" = ("cut", "hang", "latency")


def _postgres(sandbox: Sandbox, state_dir: Path, service: Service) -> Server:
    from grader.sandbox.services.postgres import Postgres

    return Postgres(sandbox, state_dir=state_dir, user=service.user, limits=service.limits)


def _redis(sandbox: Sandbox, state_dir: Path, service: Service) -> Server:
    from grader.sandbox.services.redis import Redis

    return Redis(sandbox, user=service.user, limits=service.limits)


def _empty_redis(server: "Redis") -> None:
    """Its data, its scripts and its counters go."""
    with closing(server.admin()) as client:
        client.flushall()
        client.script_flush()
        client.config_resetstat()


POSTGRES = Service(
    name="postgres",
    title="PostgreSQL",
    port=5432,
    user="postgres",
    make=_postgres,
    variables=lambda server, port, database: {"DATABASE_URL": server.url(port, database)},
    reset=lambda server: None,  # each check has a database of its own
)
REDIS = Service(
    name="redis",
    title="Redis",
    port=6379,
    user="redis",
    make=_redis,
    variables=lambda server, port, database: {"REDIS_URL": server.url(port)},
    reset=_empty_redis,
)
REGISTRY: tuple[Service, ...] = (POSTGRES, REDIS)


def ports() -> tuple[int, ...]:
    """The port of every service."""
    return tuple(service.port for service in REGISTRY)


def find(name: str) -> Service:
    """The service of that name; ``CourseError`` if there is none."""
    for service in REGISTRY:
        if service.name == name:
            return service
    names = ", ".join(f"`{service.name}`" for service in REGISTRY)
    raise CourseError(f"There is no service called {name!r}.", f"Take one of {names}, or add it to the registry.")
