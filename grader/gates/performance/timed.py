"""The submission as it is measured by the clock: served as in production, with a thousand posts, beside a duet."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from random import Random

from grader.gates.performance.api import Api, Unfit, wait_for
from grader.gates.performance.population import Amount, populate
from grader.gates.performance.side import Side
from grader.gates.performance.visitor import Visitor, browser
from grader.gates.subject import Subject
from grader.sandbox.services.postgres import Postgres
from grader.stage.serving import UNLIMITED
from grader.stage.users import HTTPS, User, log_in, serve_inhabited

FIRST_POSTS = 20
AMOUNT = Amount(posts=1_000, comments=5_000)


@dataclass(frozen=True, slots=True)
class Timed:
    """A server with two workers, its database with ``AMOUNT``, and those who ask it, by role; ``""`` is nobody."""

    side: Side
    readers: dict[str, Api]
    users: dict[str, User]
    visitor: Visitor
    random: Random
    postgres: Postgres
    database: str

    def fill(self, amount: Amount) -> None:
        """So many posts and comments more. ``NotCopied`` where the tables do not take them."""
        mark = "".join(self.random.choice("abcdefghijkmnopqrstuvwxyz") for _ in range(8))
        with self.postgres.writer(self.database) as connection:
            populate(connection, amount, mark)


@contextmanager
def served(subject: Subject) -> Iterator[Timed]:
    """The submission, ready to be measured.

    Raises:
        Broken, NoUsers: as ``serve_inhabited``.
        Unfit: it does not answer as brief 03 says, or its tables do not take copies of its rows.
    """
    with ExitStack() as stack:
        inhabited = serve_inhabited(subject.stage, stack, env=UNLIMITED)
        server, random, postgres = inhabited.server, Random(subject.seed), subject.stage.services.postgres_server
        wait_for(server, subject.layout.health)
        readers = {"": Api(server, {**browser(random), **HTTPS}, random)}
        for role in ("reader", "contributor", "editor"):
            if role not in inhabited.users:
                raise Unfit(f"The project has nobody who is {role}.")
            headers = {**browser(random), **log_in(server, inhabited.users[role])}
            readers[role] = Api(server, headers, random)
        published = [readers["editor"].publish_post() for _ in range(FIRST_POSTS)]
        visitor = Visitor(readers["contributor"], readers["editor"], random, published)
        redis = subject.stage.services.redis_server
        side = Side(server, (server.process, postgres.process, redis.process))
        timed = Timed(side, readers, dict(inhabited.users), visitor, random, postgres, inhabited.database)
        timed.fill(AMOUNT)
        visitor.stock()
        yield timed
