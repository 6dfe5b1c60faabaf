"""The run's real PostgreSQL and Redis, started when a check first needs them, and taken down when one asks for that."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.domain.errors import EnvironmentError_
from grader.sandbox.api import Process, Sandbox
from grader.sandbox.services.relay import Relay, Route

# The drivers of both servers take longer to import than a whole run on SQLite: they come with the first server.
if TYPE_CHECKING:
    from grader.sandbox.services.pool import DatabasePool
    from grader.sandbox.services.postgres import Postgres
    from grader.sandbox.services.redis import Redis
    from grader.stage.postgres.observed import Observed

POSTGRES_PORT, REDIS_PORT = 5432, 6379
LOBBY, TEMPLATE = "lobby", "migrated"


class StoppableServer:
    """A running server that a check may stop and start again."""

    def __init__(self, server: "Postgres | Redis") -> None:
        self._server, self._up = server, True

    def down(self) -> None:
        """Stops the server, as an operator would; again is no harm."""
        if self._up:
            self._up = False
            self._server.halt()

    def answers(self) -> bool:
        """Whether it takes connections, or was taken down on purpose."""
        return not self._up or self._server.answers()

    def up(self) -> None:
        """Starts it again; again is no harm."""
        if not self._up:
            self._server.start()
            self._up = True


class Services:
    """PostgreSQL and Redis of one run. What is started is ended by ``stack``."""

    def __init__(self, sandbox: Sandbox, state_dir: Path, stack: ExitStack) -> None:
        self._sandbox, self._state_dir, self._stack = sandbox, state_dir, stack
        self._pool: DatabasePool | None = None
        self._routes: dict[int, dict[int, Route]] = {}

    @cached_property
    def server(self) -> "Postgres":
        """PostgreSQL itself."""
        from grader.sandbox.services.postgres import Postgres

        server = Postgres(self._sandbox, state_dir=self._state_dir)
        self._stack.callback(server.stop)
        server.start()
        return server

    @cached_property
    def redis_server(self) -> "Redis":
        """Redis itself."""
        from grader.sandbox.services.redis import Redis

        server = Redis(self._sandbox)
        self._stack.callback(server.stop)
        server.start()
        return server

    def open_lobby(self) -> None:
        """An empty database that the project may look into while it loads, and at no other time."""
        self.close_lobby()
        self.server.create(LOBBY)

    def close_lobby(self) -> None:
        """Removes it, with whatever was left there: what one check could write, the next could read."""
        self.server.drop(LOBBY)

    @cached_property
    def postgres(self) -> StoppableServer:
        """PostgreSQL, to stop and start."""
        return StoppableServer(self.server)

    @cached_property
    def redis(self) -> StoppableServer:
        """Redis, to stop and start."""
        return StoppableServer(self.redis_server)

    @cached_property
    def _relay(self) -> Relay:
        relay = Relay()
        self._stack.callback(relay.close)
        return relay

    def socket(self, port: int) -> Path:
        """The socket of the server that stands behind a port of the sandbox; the server runs from then on."""
        return self.server.socket if port == POSTGRES_PORT else self.redis_server.socket

    def attach(self, process: Process, port: int) -> None:
        """Carries what a sandbox's port takes to the server behind it; again is no harm."""
        routes = self._routes.setdefault(id(process), {})
        if port not in routes:
            routes[port] = self._relay.attach(process.listeners[port], self.socket(port))

    def kill(self, process: Process) -> None:
        """Kills a sandbox, its routes first: the relay must not go on with a listener that somebody else closes."""
        for route in self._routes.pop(id(process), {}).values():
            route.close()
        process.kill()

    def variables(self, ports: tuple[int, ...], wanted: tuple[int, ...], database: str = LOBBY) -> dict[str, str]:
        """DATABASE_URL and REDIS_URL, as far as ``wanted``, for a sandbox that will have these ports."""
        seen = self._sandbox.reserve(ports)
        found = {}
        if POSTGRES_PORT in wanted:
            found["DATABASE_URL"] = self.server.url(seen[POSTGRES_PORT], database)
        if REDIS_PORT in wanted:
            found["REDIS_URL"] = self.redis_server.url(seen[REDIS_PORT])
        return found

    def django(self, port: int, database: str) -> dict[str, Any]:
        """A database behind that port as Django's settings name it."""
        login = self.server.login(database)
        return {"NAME": database, "USER": login.name, "PASSWORD": login.password, "HOST": "127.0.0.1", "PORT": port}

    def template(self, migrate: Callable[[str], None]) -> None:
        """Makes the sealed template, once a run: ``migrate`` is given the name of an empty database."""
        if self._pool is not None:
            return
        self.server.drop(TEMPLATE)
        self.server.create_template(TEMPLATE)
        migrate(TEMPLATE)
        self.server.seal_template(TEMPLATE)
        from grader.sandbox.services.pool import DatabasePool

        self._pool = DatabasePool(self.server, TEMPLATE)
        self._stack.callback(self._pool.close)

    @contextmanager
    def database(self) -> Iterator[str]:
        """A database made from the template, for one check."""
        assert self._pool is not None
        try:
            name = self._pool.take()
        except EnvironmentError_:  # made ahead in vain, while a check had the server down
            name = f"check_{secrets.token_hex(8)}"
            self.server.create(name, TEMPLATE)
        self.server.forget_settings()
        try:
            yield name
        finally:
            self._pool.give_back(name)

    @contextmanager
    def copy(self, template: str | None = None, *, name: str | None = None) -> Iterator[str]:
        """A database for one check, empty or as a sealed template is; its name."""
        name = name or f"copy_{secrets.token_hex(8)}"
        self.server.create(name, template)
        self.server.forget_settings()
        try:
            yield name
        finally:
            self.server.drop(name)

    def observer(self, database: Callable[[], str], *, ends: float, public: bool) -> "AbstractContextManager[Observed]":
        """The grader's own sessions in the database of that name, which is asked for with each statement.

        ``ends`` is when the check has to have ended, by ``time.monotonic()``; ``public`` whether its statements are.
        """
        from grader.stage.postgres.observed import observing
        from grader.stage.postgres.observer import Session

        logins = (self.server.reader, self.server.writer, self.server.writer)
        return observing(*(Session(self.server, login, database, ends, public) for login in logins))

    def fallen(self) -> tuple[str, ...]:
        """The servers that were started and that no check has taken down, and that do not answer all the same."""
        started = {"PostgreSQL": ("server", "postgres"), "Redis": ("redis_server", "redis")}
        found = []
        for name, (server, service) in started.items():
            if server in self.__dict__ and not getattr(self, service).answers():
                found.append(name)
        return tuple(found)

    def forget(self) -> None:
        """Empties Redis, its scripts and its counters too: what one check left there is not the next one's."""
        with closing(self.redis_server.admin()) as client:
            client.flushall()
            client.script_flush()
            client.config_resetstat()

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """One of the servers down, and up again afterwards."""
        service = self.postgres if name == "postgres" else self.redis
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
            for name in ("postgres", "redis"):
                if name in self.__dict__:
                    self.__dict__[name].up()
