"""What PostgreSQL was asked to do, read from its own log: the learner's side can neither edit it nor turn it off."""

import re
from pathlib import Path

from grader.domain.errors import EnvironmentError_

LINE_PREFIX = "@%p@%d@ "
_RECORD = re.compile(r"@(\d+)@([^@\n]*)@ LOG:  (?:statement|execute [^:\n]*): (.*)", re.DOTALL)
_NEAR_FULL = 1 << 16


class StatementLog:
    """The log of one server, a file of at most ``limit_mb``."""

    def __init__(self, path: Path, *, limit_mb: int) -> None:
        self._path, self._limit = path, limit_mb << 20

    def mark(self) -> int:
        """Where the log ends now, in bytes: a place to read on from."""
        return self._path.stat().st_size

    def since(self, mark: int, database: str) -> list[str]:
        """The statements that reached that database after the mark, in order, as they were sent.

        A statement is in the log before it runs, so that once a client has its answer it is here.
        ``EnvironmentError_`` if the log is full: then nothing can be said of how many there were.
        """
        if self.mark() > self._limit - _NEAR_FULL:
            raise EnvironmentError_(
                f"The log of PostgreSQL's statements is full ({self._limit >> 20} MB).",
                "The submission sent far more statements than any page needs; grade it again by itself.",
            )
        with self._path.open("rb") as file:
            file.seek(mark)
            return [sql for name, sql in parse(file.read().decode(errors="replace")) if name == database]


def parse(text: str) -> list[tuple[str, str]]:
    """Pairs of database and statement from a log written with ``LINE_PREFIX``.

    PostgreSQL begins every further line of a message with a tab, so only a true record begins with the prefix.
    """
    records = text.replace("\n\t", "\x00").split("\n")
    found = (_RECORD.fullmatch(record.replace("\x00", "\n")) for record in records)
    return [(match[2], match[3]) for match in found if match]
