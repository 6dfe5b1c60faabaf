"""The databases of a run's PostgreSQL: how each comes to be, and who may look into it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from grader.domain.errors import EnvironmentError_
from grader.stage.places import EMPTY, MIGRATED, Origin

# The driver takes longer to import than a whole run on SQLite: it comes with the server.
if TYPE_CHECKING:
    from grader.sandbox.services.pool import DatabasePool
    from grader.sandbox.services.postgres import Postgres
    from grader.stage.postgres.observed import Observed

# What a project finds at the address in DATABASE_URL while it loads.
SCRATCH = "scratch"


class PostgresDatabases:
    """``server`` gives the server, which starts when it is first asked for; ``stack`` ends what is begun here."""

    def __init__(self, server: "Callable[[], Postgres]", stack: ExitStack) -> None:
        self._server, self._stack = server, stack
        self._pool: DatabasePool | None = None

    def open_scratch(self) -> None:
        """An empty database that the project may look into while it loads, and at no other time."""
        self.close_scratch()
        self._server().create(SCRATCH)

    def close_scratch(self) -> None:
        """Removes it, with whatever was left there: what one check could write, the next could read."""
        self._server().drop(SCRATCH)

    def settings(self, port: int, name: str) -> dict[str, Any]:
        """A database behind that port, as an entry of Django's DATABASES without its engine."""
        login = self._server().login(name)
        return {"NAME": name, "USER": login.name, "PASSWORD": login.password, "HOST": "127.0.0.1", "PORT": port}

    def make(self, origin: Origin, migrate: Callable[[str], None]) -> None:
        """Makes the sealed template of an origin: ``migrate`` is given the name of an empty database.

        Of ``MIGRATED`` once a run, and copies are made ahead from then on: nearly every check begins with one.
        """
        if origin == MIGRATED and self._pool is not None:
            return
        server, name = self._server(), origin.template
        server.drop(name)
        server.create_template(name)
        migrate(name)
        server.seal_template(name)
        if origin == MIGRATED:
            from grader.sandbox.services.pool import DatabasePool

            self._pool = DatabasePool(server, name)
            self._stack.callback(self._pool.close)

    def save(self, name: str, origin: Origin) -> None:
        """Makes a database, as it is now, the sealed template of an origin: it is of no other use from then on."""
        server = self._server()
        server.drop(origin.template)
        server.seal_template(name)
        server.rename(name, origin.template)

    @contextmanager
    def copy(self, origin: Origin, *, name: str | None = None) -> Iterator[str]:
        """A database for one check that begins with an origin, which has been made; its name, new if none is given."""
        if origin == MIGRATED and name is None:
            with self._made_ahead() as name:
                yield name
            return
        name = name or f"copy_{secrets.token_hex(8)}"
        self._server().create(name, None if origin == EMPTY else origin.template)
        self._server().forget_settings()
        try:
            yield name
        finally:
            self._server().drop(name)

    @contextmanager
    def _made_ahead(self) -> Iterator[str]:
        assert self._pool is not None
        try:
            name = self._pool.take()
        except EnvironmentError_:  # made ahead in vain, while a check had the server down
            name = f"check_{secrets.token_hex(8)}"
            self._server().create(name, MIGRATED.template)
        self._server().forget_settings()
        try:
            yield name
        finally:
            self._pool.give_back(name)

    def observer(
        self, database: Callable[[], str], *, deadline: float, public: bool
    ) -> "AbstractContextManager[Observed]":
        """The grader's own sessions in the database of that name, which is asked for with each statement.

        ``deadline`` is when the check ends at the latest, by ``time.monotonic()``; ``public`` whether the check is.
        """
        from grader.stage.postgres.observed import observing
        from grader.stage.postgres.observer import Session

        server = self._server()
        logins = (server.reader, server.writer, server.writer)
        return observing(*(Session(server, login, database, deadline, public) for login in logins))
