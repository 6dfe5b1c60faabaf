"""The servers that a project can be given, started when first needed, and taken down when a check asks for that.

To add one: a server in ``grader/sandbox/services/``, its user in ``grader/sandbox/users.py``, a line in ``REGISTRY``.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from grader.sandbox.api import Process, Sandbox
from grader.sandbox.services.relay import Mode, Relay, Route
from grader.stage.postgres.databases import LOBBY, PostgresDatabases

# The drivers of the servers take longer to import than a whole run on SQLite: they come with the first server.
if TYPE_CHECKING:
    from grader.sandbox.services.postgres import Postgres
    from grader.sandbox.services.redis import Redis

POSTGRES_PORT, REDIS_PORT = 5432, 6379


class Server(Protocol):
    """A real server in a sandbox of its own, with limits and a user of its own."""

    @property
    def socket(self) -> Path:
        """Its socket, for a relay."""

    def start(self) -> None:
        """Starts it, with the data of before."""

    def halt(self) -> None:
        """Stops it, as an operator would, and keeps its data."""

    def stop(self) -> None:
        """Ends it for good."""

    def answers(self) -> bool:
        """Whether it takes connections."""


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of server. ``name`` is what checks call it, ``title`` what people do, ``port`` where projects find it.

    ``variable`` is the environment variable that tells a project its address, which ``url`` makes from a server, the
    port as seen from the project and the name of a database. ``make`` prepares a server, which is not started yet;
    ``reset`` makes one as good as new for the next check.
    """

    name: str
    title: str
    port: int
    variable: str
    make: Callable[[Sandbox, Path], Server]
    url: Callable[[Any, int, str], str]
    reset: Callable[[Any], None]


def _postgres(sandbox: Sandbox, state_dir: Path) -> Server:
    from grader.sandbox.services.postgres import Postgres

    return Postgres(sandbox, state_dir=state_dir)


def _redis(sandbox: Sandbox, state_dir: Path) -> Server:
    from grader.sandbox.services.redis import Redis

    return Redis(sandbox)


def _empty_redis(server: "Redis") -> None:
    """Its data, its scripts and its counters go."""
    with closing(server.admin()) as client:
        client.flushall()
        client.script_flush()
        client.config_resetstat()


REGISTRY: tuple[Service, ...] = (
    Service(
        name="postgres",
        title="PostgreSQL",
        port=POSTGRES_PORT,
        variable="DATABASE_URL",
        make=_postgres,
        url=lambda server, port, database: server.url(port, database),
        reset=lambda server: None,  # each check has a database of its own
    ),
    Service(
        name="redis",
        title="Redis",
        port=REDIS_PORT,
        variable="REDIS_URL",
        make=_redis,
        url=lambda server, port, database: server.url(port),
        reset=_empty_redis,
    ),
)
_BY_PORT = {service.port: service for service in REGISTRY}
_BY_NAME = {service.name: service for service in REGISTRY}


class StoppableServer:
    """A running server that a check may stop and start again."""

    def __init__(self, server: Server) -> None:
        self.server, self._runs = server, True

    def down(self) -> None:
        """Stops the server, as an operator would; again is no harm."""
        if self._runs:
            self._runs = False
            self.server.halt()

    def answers(self) -> bool:
        """Whether it takes connections, or was taken down on purpose."""
        return not self._runs or self.server.answers()

    def up(self) -> None:
        """Starts it again; again is no harm."""
        if not self._runs:
            self.server.start()
            self._runs = True


class Services:
    """The servers of one run, kept between its checks. What is started is ended by ``stack``."""

    def __init__(self, sandbox: Sandbox, state_dir: Path, stack: ExitStack) -> None:
        self._sandbox, self._state_dir, self._stack = sandbox, state_dir, stack
        self._started: dict[str, StoppableServer] = {}
        self._routes: dict[int, dict[int, Route]] = {}
        self.databases = PostgresDatabases(lambda: self.server, stack)

    def service(self, name: str) -> StoppableServer:
        """The server of that name in ``REGISTRY``, started now if it was not."""
        if name not in self._started:
            server = _BY_NAME[name].make(self._sandbox, self._state_dir)
            self._stack.callback(server.stop)
            server.start()
            self._started[name] = StoppableServer(server)
        return self._started[name]

    @property
    def postgres(self) -> StoppableServer:
        """PostgreSQL, to stop and start."""
        return self.service("postgres")

    @property
    def redis(self) -> StoppableServer:
        """Redis, to stop and start."""
        return self.service("redis")

    @property
    def server(self) -> "Postgres":
        """PostgreSQL itself."""
        return cast("Postgres", self.postgres.server)

    @property
    def redis_server(self) -> "Redis":
        """Redis itself."""
        return cast("Redis", self.redis.server)

    @cached_property
    def _relay(self) -> Relay:
        relay = Relay()
        self._stack.callback(relay.close)
        return relay

    def socket(self, port: int) -> Path:
        """The socket of the server that stands behind a port of the sandbox; the server runs from then on."""
        return self.service(_BY_PORT[port].name).server.socket

    def attach(self, process: Process, port: int) -> None:
        """Carries what a sandbox's port takes to the server behind it; again is no harm."""
        routes = self._routes.setdefault(id(process), {})
        if port not in routes:
            routes[port] = self._relay.attach(process.listeners[port], self.socket(port))

    def fault(self, process: Process, port: int, mode: Mode, delay_s: float = 0.0) -> None:
        """How the network between a sandbox and the server behind that port does, from now on: see ``Route.set``."""
        self._routes[id(process)][port].set(mode, delay_s)

    def kill(self, process: Process) -> None:
        """Kills a sandbox, its routes first: the relay must not go on with a listener that somebody else closes."""
        for route in self._routes.pop(id(process), {}).values():
            route.close()
        process.kill()

    def variables(self, ports: tuple[int, ...], wanted: tuple[int, ...], database: str = LOBBY) -> dict[str, str]:
        """The variables with the addresses of ``wanted``, for a sandbox that will have these ports."""
        seen = self._sandbox.reserve(ports)
        services = [service for service in REGISTRY if service.port in wanted]
        return {s.variable: s.url(self.service(s.name).server, seen[s.port], database) for s in services}

    def fallen(self) -> tuple[str, ...]:
        """The servers that were started and that no check has taken down, and that do not answer all the same."""
        return tuple(_BY_NAME[name].title for name, server in self._started.items() if not server.answers())

    def reset(self) -> None:
        """Makes every server that runs as good as new: what one check left there is not the next one's."""
        for name, running in self._started.items():
            _BY_NAME[name].reset(running.server)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """One of the servers down, and up again afterwards."""
        service = self.service(name)
        service.down()
        try:
            yield
        finally:
            service.up()

    @contextmanager
    def restored(self) -> Iterator["Services"]:
        """These services for one check: whatever it takes down is up again afterwards."""
        try:
            yield self
        finally:
            for service in self._started.values():
                service.up()
