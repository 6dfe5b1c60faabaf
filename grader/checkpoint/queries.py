"""The fixture ``queries``: what the project asked of its database, by the server's own log where there is a server."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_DML = re.compile(r"(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|VALUES|TABLE|EXECUTE|DECLARE|FETCH|COPY|CALL|DO)\b", re.I)
_SPACE = re.compile(r"(\s|--[^\n]*\n|/\*.*?\*/)*", re.DOTALL)
# What Django itself sends on a new connection, and nothing that only begins like it.
_SETTING = re.compile(r"SELECT set_config\('TimeZone', '[\w/+-]*', (true|false)\)", re.I)


@dataclass(slots=True)
class Queries:
    """The statements that read or write data, in order; complete once the block has ended."""

    statements: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.statements)


def is_data(statement: str) -> bool:
    """Whether a statement reads or writes data, not a transaction's begin or a setting of the session."""
    bare = statement[_SPACE.match(statement).end() :]  # type: ignore[union-attr]
    return bool(_DML.match(bare)) and not _SETTING.fullmatch(bare.strip())


@contextmanager
def counting[Mark](begin: Callable[[], Mark], end: Callable[[Mark], list[str]]) -> Iterator[Queries]:
    """Counts between ``begin`` and ``end``, which gives all statements since."""
    queries = Queries()
    mark = begin()
    yield queries
    queries.statements = tuple(filter(is_data, end(mark)))
