"""The fixture ``queries``: what the project asked of its database, by the server's own log where there is a server.

Everything counts but a short list of texts that say nothing of data, each taken to the letter. What a function in the
database does while it is called is part of the statement that calls it: what is counted is round trips.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from grader.domain.words import Counted
from grader.stage.outcome import Failed
from grader.stage.postgres.statements import counted

_BEGINS = re.compile(r"\s*(?:BEGIN|START TRANSACTION|SAVEPOINT)\b", re.IGNORECASE)


@dataclass(slots=True)
class Queries:
    """The statements that may read or write data, in order; complete once the block has ended.

    ``in_transaction`` is whether a transaction or a savepoint was begun in the block.
    """

    statements: tuple[str, ...] = ()
    in_transaction: bool = False

    @property
    def count(self) -> int:
        """How many there were."""
        return Counted(len(self.statements), "{} query", "{} queries")


@contextmanager
def counting[Mark](begin: Callable[[], Mark], end: Callable[[Mark], list[str]]) -> Iterator[Queries]:
    """Counts between ``begin`` and ``end``, which gives all that was sent since."""
    queries = Queries()
    mark = begin()
    yield queries
    everything = end(mark)
    queries.statements = tuple(statement for sent in everything for statement in counted(sent))
    queries.in_transaction = any(_BEGINS.match(sent) for sent in everything)


def by_log(since: Callable[[int], list[str]]) -> Callable[[int], list[str]]:
    """What was sent by the server's log. A project that floods the log has failed."""

    def end(mark: int) -> list[str]:
        from grader.sandbox.services.statement_log import Flooded

        try:
            return since(mark)
        except Flooded:
            raise Failed("a number of statements that can be counted", "the database's log is full of them") from None

    return end
