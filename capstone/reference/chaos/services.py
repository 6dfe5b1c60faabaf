# FILE SOLUTION 06
"""The servers that the application needs: what variables name, or our own, from wheels."""

import os
from contextlib import ExitStack
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any
from urllib.parse import SplitResult, urlsplit

import psycopg
from redis import Redis as Client

from chaos.errors import StartError, UsageError
from tests.servers.postgres import Postgres
from tests.servers.redis import Redis
from tests.servers.smtp import Smtp

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORTS = {"postgres": 5432, "postgresql": 5432, "redis": 6379}


class Services:
    """PostgreSQL, Redis and a mail server, for as long as `stack` is open.

    CHAOS_DATABASE_URL, CHAOS_REDIS_URL and CHAOS_BROKER_URL name servers on loopback that are there
    already, each with a database that may be thrown away. Where one is missing a server is started.
    `folder` gets the logs. Raises UsageError where a variable is wrong.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        database = _given("CHAOS_DATABASE_URL", "postgres", "postgresql")
        redis = _given("CHAOS_REDIS_URL", "redis")
        broker = _given("CHAOS_BROKER_URL", "redis")
        try:
            self.database = database or self._own_database()
            self.redis = redis or self._own_redis()
            self.broker = broker or beside(self.redis)
            self.mail = self._own_mail()
        except (OSError, AssertionError, CalledProcessError, psycopg.Error) as wrong:
            raise StartError(f"A server of its own does not start: {wrong}") from None

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database answers, past every fault."""
        with psycopg.connect(self.database.geturl(), autocommit=True) as connection:
            found = connection.execute(query.encode(), values)
            return found.fetchall() if found.description else []

    def queues(self) -> "Client":
        """To look into the queues, past every fault."""
        return Client.from_url(self.broker.geturl(), decode_responses=True)

    def _own_database(self) -> SplitResult:
        server = Postgres(self._room("postgres"))
        self._stack.callback(server.close)
        server.start()
        server.create()
        return urlsplit(server.url())

    def _own_redis(self) -> SplitResult:
        server = Redis(self._room("redis"))
        self._stack.callback(server.stop)
        server.start()
        return urlsplit(server.url())

    def _own_mail(self) -> Smtp:
        server = Smtp()
        server.start()
        self._stack.callback(server.stop)
        return server

    def _room(self, name: str) -> Path:
        room = self._folder / name
        room.mkdir()
        return room


def beside(redis: SplitResult) -> SplitResult:
    """The database after this one on the same server; after 15 comes 0."""
    number = int(redis.path.strip("/") or 0)
    return redis._replace(path=f"/{(number + 1) % 16}")


def address(url: SplitResult) -> tuple[str, int]:
    """Host and port of a service."""
    return url.hostname or "127.0.0.1", url.port or PORTS[url.scheme]


def through(url: SplitResult, port: int) -> str:
    """The same service, by a relay at this port."""
    login = url.netloc.rpartition("@")
    return url._replace(netloc=f"{login[0]}{login[1]}127.0.0.1:{port}").geturl()


def _given(name: str, *schemes: str) -> SplitResult | None:
    """The URL in a variable; None where it is empty.

    Only on loopback: rows are added and connections are cut, and nobody wants that by mistake.
    """
    value = os.environ.get(name, "").strip()
    if not value:
        return None
    try:
        url = urlsplit(value)
        number = url.path.strip("/")
        wrong = (
            url.scheme not in schemes
            or url.hostname not in LOOPBACK
            or not address(url)
        )
        wrong = wrong or (url.scheme == "redis" and not (number or "0").isdigit())
    except ValueError:
        wrong = True
    if wrong:
        raise UsageError(
            f"{name} has to be {schemes[0]}://… on this machine (127.0.0.1): experiments write to "
            "what it names and cut its connections."
        )
    return url
