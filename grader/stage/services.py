"""The servers of one run, started when first needed, and taken down when a check asks for that."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from grader.domain.errors import CourseError
from grader.sandbox.api import Process, Sandbox
from grader.sandbox.services.relay import Mode, Relay, Route
from grader.stage import registry
from grader.stage.postgres.databases import SCRATCH, PostgresDatabases
from grader.stage.registry import POSTGRES, REDIS, Server, Service

if TYPE_CHECKING:
    from grader.sandbox.services.postgres import Postgres
    from grader.sandbox.services.redis import Redis


class StoppableServer:
    """A running server that a check may stop and start again; ``starts`` counts how often it was started."""

    def __init__(self, server: Server) -> None:
        self.server, self._runs, self.starts = server, True, 1

    def down(self) -> None:
        """Stops the server, as an operator would; again is no harm."""
        if self._runs:
            self._runs = False
            self.server.halt()

    def up(self) -> None:
        """Starts it again; again is no harm."""
        if not self._runs:
            self.server.start()
            self._runs = True
            self.starts += 1

    def has_crashed(self) -> bool:
        """Whether it does not answer, although nobody took it down."""
        return self._runs and not self.server.answers()


class Services:
    """The servers of one run, kept between its checks. What is started is ended by ``stack``."""

    def __init__(self, sandbox: Sandbox, state_dir: Path, stack: ExitStack) -> None:
        self._sandbox, self._state_dir, self._stack = sandbox, state_dir, stack
        self._started: dict[str, StoppableServer] = {}
        self._routes: dict[int, dict[int, Route]] = {}
        self.postgres_databases = PostgresDatabases(lambda: self.postgres_server, stack)

    def running(self, service: Service) -> StoppableServer:
        """The server of that kind, started now if it was not."""
        if service.name not in self._started:
            server = service.make(self._sandbox, self._state_dir, service)
            self._stack.callback(server.stop)
            server.start()
            self._started[service.name] = StoppableServer(server)
        return self._started[service.name]

    @property
    def postgres(self) -> StoppableServer:
        """PostgreSQL, to stop and start."""
        return self.running(POSTGRES)

    @property
    def redis(self) -> StoppableServer:
        """Redis, to stop and start."""
        return self.running(REDIS)

    @property
    def postgres_server(self) -> "Postgres":
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

    def socket(self, service: Service) -> Path:
        """The socket of the server of that kind, which runs from then on."""
        return self.running(service).server.socket

    def attach(self, process: Process, service: Service) -> None:
        """Carries what a sandbox sends to the service's port to its server; again is no harm."""
        self.connect(process, service.port, self.socket(service))

    def connect(self, process: Process, port: int, socket: Path, *, prelude: bytes = b"") -> None:
        """Carries what a sandbox sends to one of its ports to a Unix socket; again, it may be another one.

        ``prelude`` is sent to it first on every connection.
        """
        routes = self._routes.setdefault(id(process), {})
        if port in routes:
            routes[port].lead_to(socket)
        else:
            routes[port] = self._relay.attach(process.listeners[port], socket, prelude=prelude)

    def fault(self, process: Process, service: Service, mode: Mode, delay_s: float = 0.0) -> None:
        """How the network between a sandbox and a service that is attached to it does from now on: see ``Route.set``.

        ``CourseError`` for what is neither ``ok`` nor one of the service's ``faults``.
        """
        if mode not in ("ok", *service.faults):
            raise CourseError(f"{service.title} cannot be made to fail by {mode!r}.", f"Take one of {service.faults}.")
        self._routes[id(process)][service.port].set(mode, delay_s)

    def kill(self, process: Process) -> None:
        """Kills a sandbox, its routes first: the relay must not go on with a listener that somebody else closes."""
        for route in self._routes.pop(id(process), {}).values():
            route.close()
        process.kill()

    def variables(self, *services: Service, database: str = SCRATCH) -> dict[str, str]:
        """The variables that tell where these services are, for a sandbox that will have the registry's ports."""
        inside = self._sandbox.reserve(registry.ports())
        found: dict[str, str] = {}
        for service in services:
            found |= service.variables(self.running(service).server, inside[service.port], database)
        return found

    def crashed(self) -> tuple[str, ...]:
        """The titles of servers that were started, and do not answer although no check has taken them down."""
        return tuple(registry.find(name).title for name, server in self._started.items() if server.has_crashed())

    def reset(self) -> None:
        """Makes every server that runs as good as new: what one check left there is not the next one's."""
        for name, running in self._started.items():
            registry.find(name).reset(running.server)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """The server of that name down, and up again afterwards."""
        running = self.running(registry.find(name))
        running.down()
        try:
            yield
        finally:
            running.up()

    @contextmanager
    def restored(self) -> Iterator["Services"]:
        """These services for one check: whatever it takes down is up again afterwards."""
        try:
            yield self
        finally:
            for running in self._started.values():
                running.up()
