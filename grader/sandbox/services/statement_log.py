"""What a project sent to PostgreSQL, read from the server's own log: it can neither edit the log nor turn it off.

A record counts by the function of the server that wrote it, which the log names (``log_error_verbosity = verbose``):
``RAISE LOG`` is another function, whatever its text. The server's own processes write to the file at once and in one
piece, so that once a client has its answer its statement is here; a logging collector, which ``jsonlog`` needs, would
write it some time later.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from grader.sandbox.services.roles import PROJECT_PREFIX

LINE_PREFIX = "@%p@%u@%d@ "
MOST_BYTES = 16 << 20
_LINE = re.compile(r"@\d*@([^@\n]*)@([^@\n]*)@ ([A-Z]+):  (.*)", re.DOTALL)
_LOCATION = re.compile(r"(\w+), \w+\.c:\d+")
# What logs a message of the protocol before it is carried out, and how each begins when its text follows.
_TEXTS = {
    "exec_simple_query": re.compile(r"00000: statement: (.*)", re.DOTALL),
    "exec_execute_message": re.compile(r"00000: execute <unnamed>: (.*)", re.DOTALL),
    "HandleFunctionRequest": re.compile(r"(?!)"),
}
_NEAR_FULL = 1 << 16


class Sent(NamedTuple):
    """One message of a client: the role it logged in as, the database, the text; all of the record if it has a name."""

    role: str
    database: str
    text: str


class Flooded(Exception):
    """So much was written to the log that it cannot be read, or holds no more. Only a project writes that much."""


class StatementLog:
    """The log of one server, a file of at most ``limit_mb``."""

    def __init__(self, path: Path, *, limit_mb: int) -> None:
        self._path, self._limit = path, limit_mb << 20

    def mark(self) -> int:
        """Where the log ends now, in bytes: a place to read on from."""
        return self._path.stat().st_size

    def since(self, mark: int) -> list[str]:
        """What the learner's side sent after the mark, to any database, in order; ``Flooded`` if that is not to be had.

        A statement is in the log before it runs, so that once a client has its answer it is here.
        """
        end = self.mark()
        if end > self._limit - _NEAR_FULL or end - mark > MOST_BYTES:
            raise Flooded
        with self._path.open("rb") as file:
            file.seek(mark)
            text = file.read(end - mark).decode(errors="replace")
        return [sent.text for sent in parse(text) if sent.role.startswith(PROJECT_PREFIX)]


def parse(text: str) -> list[Sent]:
    """What clients sent, from a log written with ``LINE_PREFIX``."""
    found: list[Sent] = []
    logged: tuple[str, str, str] | None = None
    for role, database, kind, message in _parts(text):
        if kind == "LOG":
            logged = role, database, message
        elif kind == "LOCATION" and logged is not None:
            found += _sent(*logged, message)
            logged = None
        elif kind != "DETAIL":
            logged = None
    return found


def _parts(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Role, database, kind and text of every part of a record, in order.

    PostgreSQL begins every further line of a message with a tab, so only a true record begins with the prefix.
    """
    for line in text.replace("\n\t", "\x00").split("\n"):
        if match := _LINE.fullmatch(line.replace("\x00", "\n")):
            yield match[1], match[2], match[3], match[4]


def _sent(role: str, database: str, message: str, where: str) -> list[Sent]:
    """The message of a client that was logged so, if the function of the server that logged it says it is one."""
    location = _LOCATION.fullmatch(where)
    begins = _TEXTS.get(location[1]) if location else None
    if begins is None:
        return []
    text = begins.fullmatch(message)
    return [Sent(role, database, text[1] if text else message)]
