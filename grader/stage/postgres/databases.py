"""The databases of a run's PostgreSQL: how each comes to be, and who may look into it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from grader.domain.errors import EnvironmentError_
from grader.stage.places import Origin

# The driver takes longer to import than a whole run on SQLite: it comes with the server.
if TYPE_CHECKING:
    from grader.sandbox.services.pool import DatabasePool
    from grader.sandbox.services.postgres import Postgres
    from grader.stage.postgres.observed import Observed

LOBBY, _TEMPLATE = "lobby", "migrated"


class PostgresDatabases:
    """``server`` gives the server, which starts when it is first asked for; ``stack`` ends what is begun here."""

    def __init__(self, server: "Callable[[], Postgres]", stack: ExitStack) -> None:
        self._server, self._stack = server, stack
        self._pool: DatabasePool | None = None

    def open_lobby(self) -> None:
        """An empty database that the project may look into while it loads, and at no other time."""
        self.close_lobby()
        self._server().create(LOBBY)

    def close_lobby(self) -> None:
        """Removes it, with whatever was left there: what one check could write, the next could read."""
        self._server().drop(LOBBY)

    def as_django_names_it(self, port: int, name: str) -> dict[str, Any]:
        """A database behind that port, for Django's settings."""
        login = self._server().login(name)
        return {"NAME": name, "USER": login.name, "PASSWORD": login.password, "HOST": "127.0.0.1", "PORT": port}

    def make_template(self, migrate: Callable[[str], None]) -> None:
        """Makes the sealed template, once a run: ``migrate`` is given the name of an empty database."""
        if self._pool is not None:
            return
        self.make(_TEMPLATE, migrate)
        from grader.sandbox.services.pool import DatabasePool

        self._pool = DatabasePool(self._server(), _TEMPLATE)
        self._stack.callback(self._pool.close)

    def make(self, name: str, build: Callable[[str], None]) -> None:
        """A sealed database that others are copied from, as ``build`` leaves an empty one of that name."""
        server = self._server()
        server.drop(name)
        server.create_template(name)
        build(name)
        server.seal_template(name)

    def keep(self, name: str, origin: Origin) -> None:
        """Keeps a database as it is now, sealed, as an origin: it is of no other use from then on."""
        server = self._server()
        server.drop(origin.database)
        server.seal_template(name)
        server.rename(name, origin.database)

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """A copy of the template, for one check."""
        assert self._pool is not None
        try:
            name = self._pool.take()
        except EnvironmentError_:  # made ahead in vain, while a check had the server down
            name = f"check_{secrets.token_hex(8)}"
            self._server().create(name, _TEMPLATE)
        self._server().forget_settings()
        try:
            yield name
        finally:
            self._pool.give_back(name)

    @contextmanager
    def copy(self, template: str | None = None, *, name: str | None = None) -> Iterator[str]:
        """A database for one check, empty or as a sealed template is; its name."""
        name = name or f"copy_{secrets.token_hex(8)}"
        self._server().create(name, template)
        self._server().forget_settings()
        try:
            yield name
        finally:
            self._server().drop(name)

    def observer(self, database: Callable[[], str], *, ends: float, public: bool) -> "AbstractContextManager[Observed]":
        """The grader's own sessions in the database of that name, which is asked for with each statement.

        ``ends`` is when the check has to have ended, by ``time.monotonic()``; ``public`` whether its statements are.
        """
        from grader.stage.postgres.observed import observing
        from grader.stage.postgres.observer import Session

        server = self._server()
        logins = (server.reader, server.writer, server.writer)
        return observing(*(Session(server, login, database, ends, public) for login in logins))
