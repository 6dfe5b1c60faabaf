"""People of every role in a database that servers begin with, logged in, and what Redis holds then."""

import math
import secrets
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grader.agent.client import AgentFault
from grader.domain.start import PEOPLE as PEOPLE_NEEDED
from grader.sandbox.server import ApplicationServer
from grader.stage.places import MIGRATED, Origin
from grader.stage.plainly_served import runs_on_sqlite
from grader.stage.registry import REGISTRY
from grader.stage.serving import NONE, UNLIMITED, serve
from grader.stage.stage import Stage
from grader.stage.users import User, create_users

# Somebody of each role and somebody else of it, by name. Whose account is closed could do everything before; who is a
# reader by now has been a contributor.
PEOPLE = MappingProxyType(
    {
        **{f"{role}{number}": role for role in ("reader", "contributor", "editor", "admin") for number in ("", "2")},
        "inactive": "admin",
        "demoted": "contributor",
    }
)
_SINCE: dict[str, dict[str, Any]] = {"inactive": {"is_active": False}, "demoted": {"role": "reader"}}
_ACCOUNTS = "accounts_user"
# What is told when nobody can be made: nothing can be asked as somebody then.
MAKE_USERS = "Save a user in `manage.py shell` and look for its row: `save()`, a signal or the database refuses it."


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to ask as: ``name`` is what checks say, ``role`` what they are now, ``session`` are headers.

    ``password`` is theirs at the start, of those whose account is closed as well.
    """

    name: str
    role: str
    id: int
    username: str
    session: Mapping[str, str]
    is_active: bool = True
    password: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A server, the name of its database, the people in it by name, and the variables that the course gave it."""

    server: ApplicationServer
    database: str
    people: Mapping[str, Person]
    env: Mapping[str, str | None]


class PeopleTemplate:
    """The database that every server begins with, and what Redis holds then."""

    origin = Origin("built", "people")

    def __init__(self, stage: Stage, secret: str) -> None:
        # The keys are those of a deployment: what one of its servers signed, the next one after a restart takes.
        keys = {"SECRET_KEY": secret, "JWT_SIGNING_KEY": secrets.token_hex(32)}
        self._stage, self.env = stage, {**keys, **UNLIMITED}
        if runs_on_sqlite(stage.spec):
            raise AgentFault("No driver for PostgreSQL (psycopg) is among its packages, so it cannot be served.")
        stage.main.ready("postgres")
        with ExitStack() as stack:
            databases = stage.services.postgres_databases
            name = stack.enter_context(databases.copy(MIGRATED))
            for service in REGISTRY:
                stage.services.running(service)
            stage.services.reset()
            users = create_users(stage, name, PEOPLE, env=self.env)
            self.people = self._settled(name, users)
            self._keys = _keys(stage)
            databases.save(name, self.origin)

    def _settled(self, database: str, users: Mapping[str, User]) -> dict[str, Person]:
        """The users as people, what has changed about them since they logged in included."""
        databases = self._stage.services.postgres_databases
        with databases.observer(lambda: database, deadline=math.inf, public=True) as db:
            rows = {row["username"]: row["id"] for row in db.rows(_ACCOUNTS, "id", "username")}
            if missing := [user.username for user in users.values() if user.username not in rows]:
                said = f"{len(missing)} of {len(users)} users that were saved have no row in the table {_ACCOUNTS}."
                raise AgentFault(said, expected=PEOPLE_NEEDED, advice=MAKE_USERS)
            for name, user in users.items():  # the project made them: what it is asked about them holds all the same
                settled = {"role": user.role, "is_active": True, "is_superuser": False, **_SINCE.get(name, {})}
                db.update(_ACCOUNTS, settled, id=rows[user.username])
        found = {}
        for name, user in users.items():
            since = {"role": user.role, "is_active": True, **_SINCE.get(name, {})}
            key = rows[user.username]
            found[name] = Person(
                name, since["role"], key, user.username, user.session, since["is_active"], user.password
            )
        return found

    def serve(
        self,
        stack: ExitStack,
        *,
        settings: str = "",
        env: Mapping[str, str | None] | None = None,
        database: str = "",
        more: Mapping[int, Path] = NONE,
        as_configured: bool = False,
        anew: bool = True,
    ) -> Place:
        """A server on that database, or else on a copy of its own; Redis is as at the start if it is ``anew``."""
        database = database or stack.enter_context(self._stage.services.postgres_databases.copy(self.origin))
        given = {**self.env, **(env or {})}
        server = serve(
            self._stage,
            stack,
            settings=settings,
            env=given,
            database=database,
            more=more,
            as_configured=as_configured,
            anew=anew,
        )
        if anew:
            self.restore_redis()
        return Place(server, database, self.people, given)

    def restore_redis(self) -> None:
        """Makes Redis hold what it held when the people had logged in, and nothing else."""
        self._stage.services.reset()
        for number, keys in self._keys.items():
            with closing(self._stage.services.redis_server.admin(number)) as client:
                for key, value in keys.items():
                    client.restore(key, 0, value, replace=True)


def _keys(stage: Stage) -> dict[int, dict[bytes, bytes]]:
    """All keys of Redis with what they hold, by the number of their database; nothing for those that are empty."""
    found = {}
    with closing(stage.services.redis_server.admin()) as client:
        numbers = [int(name.removeprefix("db")) for name in client.info("keyspace")]
    for number in numbers:
        with closing(stage.services.redis_server.admin(number)) as client:
            pairs = ((key, client.dump(key)) for key in client.scan_iter(count=1000))
            found[number] = {key: value for key, value in pairs if value is not None}
    return found
