"""The fixture ``queries``: what the project asked of its database, by the server's own log where there is a server.

Everything counts but a short list of texts that say nothing of data, each taken to the letter. What a function in the
database does while it is called is part of the statement that calls it: what is counted is round trips.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from grader.stage.outcome import Failed

_NAME = r'"?\w[\w-]*"?'
_LEVEL = r"( ISOLATION LEVEL (SERIALIZABLE|REPEATABLE READ|READ COMMITTED|READ UNCOMMITTED))?"
# Transactions, and what Django sends by itself: the time zone of a new connection, and whether an old one still lives.
_FREE = re.compile(
    rf"BEGIN|BEGIN{_LEVEL}( READ (ONLY|WRITE))?( (NOT )?DEFERRABLE)?|COMMIT|ROLLBACK"
    rf"|(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT) {_NAME}"
    r"|SELECT set_config\('TimeZone', '[\w/+-]*', (true|false)\)|SELECT 1",
    re.ASCII,
)
# With one of these it takes PostgreSQL's own scanner and settings to say where a text or a comment ends.
_UNSURE = re.compile(r"--|/\*|\\|\$(?!\d)")
_QUOTED = r"""'[^']*+'|"[^"]*+\""""
_BALANCED = re.compile(rf"""(?:{_QUOTED}|[^'"])*+""")
_PIECE = re.compile(rf"""(?:{_QUOTED}|[^;'"])++""")


@dataclass(slots=True)
class Queries:
    """The statements that may read or write data, in order; complete once the block has ended."""

    statements: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.statements)


def counted(sent: str) -> list[str]:
    """The statements in one message to the server that count; more than there are rather than fewer."""
    sure = not _UNSURE.search(sent) and _BALANCED.fullmatch(sent)
    pieces = _PIECE.findall(sent) if sure else sent.split(";")
    stated = [piece.strip() for piece in pieces if piece.strip()]
    return [piece for piece in stated if not _FREE.fullmatch(piece)]


@contextmanager
def counting[Mark](begin: Callable[[], Mark], end: Callable[[Mark], list[str]]) -> Iterator[Queries]:
    """Counts between ``begin`` and ``end``, which gives all that was sent since."""
    queries = Queries()
    mark = begin()
    yield queries
    queries.statements = tuple(statement for sent in end(mark) for statement in counted(sent))


def by_log(since: Callable[[int], list[str]]) -> Callable[[int], list[str]]:
    """What was sent by the server's log. A project that floods the log has failed."""

    def end(mark: int) -> list[str]:
        from grader.sandbox.services.statement_log import Flooded

        try:
            return since(mark)
        except Flooded:
            raise Failed("a number of statements that can be counted", "the database's log is full of them") from None

    return end
