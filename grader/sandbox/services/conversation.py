"""A trusted session's questions to a PostgreSQL that may answer with anything: limits on time, bytes and rows.

libpq logs in, where no code of a project runs. From then on this module reads the socket, because libpq takes a whole
message into memory, up to a gigabyte, before it hands anything out, and waits for it as long as it takes.
The protocol is PostgreSQL's simple query: https://www.postgresql.org/docs/18/protocol-flow.html
"""

import os
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from psycopg import Connection

MOST_BYTES, MOST_ROWS = 8 << 20, 20_000
_HEADER = struct.Struct("!cI")
_SHORT, _LONG = struct.Struct("!H"), struct.Struct("!i")
_PIECE = 1 << 16
Row = tuple[bytes | None, ...]


class Unanswered(Exception):
    """The answer did not come in time, or the session ended. The session is closed."""


class TooMuch(Exception):
    """The answer is larger than anybody reads. The session is closed."""


@dataclass(slots=True)
class Result:
    """What one statement gave: rows as text, lines of COPY, type of each column by OID, and its tag (``UPDATE 1``)."""

    rows: list[Row] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    types: tuple[int, ...] = ()
    tag: str = ""


@dataclass(frozen=True, slots=True)
class ServerError:
    """The server's refusal: SQLSTATE, message, and the constraint and column it names. Any text may be a project's."""

    state: str
    message: str
    constraint: str
    column: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One result for each statement that was carried out, and what ended the rest."""

    results: list[Result]
    error: ServerError | None = None


class Conversation:
    """One session. ``end`` is called with its process number if it has to be ended from outside."""

    def __init__(self, connection: "Connection[tuple[object, ...]]", end: Callable[[int], None]) -> None:
        self.connection, self._end = connection, end
        self._socket = socket.socket(fileno=os.dup(connection.fileno()))
        self._read = bytearray()

    @property
    def closed(self) -> bool:
        """Whether nothing more can be asked."""
        return self.connection.closed

    def ask(self, *queries: str, until: float) -> Answer:
        """The answer to the last of these queries, each of one or more statements, all sent at once.

        ``until`` is a time of ``time.monotonic()``. Raises ``Unanswered`` and ``TooMuch``, after both of which the
        session has been ended.
        """
        try:
            return self._ask(queries, until)
        except (OSError, Unanswered) as error:
            self.abort()
            raise Unanswered from error
        except TooMuch:
            self.abort()
            raise

    def close(self) -> None:
        """Closes the connection, so that the server ends the session; what is not committed is rolled back."""
        self._socket.close()
        self.connection.close()

    def abort(self) -> None:
        """Ends it from outside, then closes: a cancelled statement could be caught by the project's own code."""
        pid = self.connection.info.backend_pid
        self.close()
        self._end(pid)

    def _ask(self, queries: tuple[str, ...], until: float) -> Answer:
        budget = _Budget(until)
        self._socket.settimeout(budget.left())
        self._socket.sendall(b"".join(_message(b"Q", query.encode() + b"\0") for query in queries))
        answers = [self._answer(budget) for _ in queries]
        return next((answer for answer in answers[:-1] if answer.error), answers[-1])

    def _answer(self, budget: "_Budget") -> Answer:
        results, error, result = list[Result](), None, Result()
        while True:
            kind, body = self._next(budget)
            match kind:
                case b"T":
                    result.types = _types(body)
                case b"D":
                    budget.row()
                    result.rows.append(_fields(body))
                case b"d":
                    budget.row()
                    result.lines.append(body)
                case b"C":
                    result.tag = body.rstrip(b"\0").decode(errors="replace")
                    results.append(result)
                    result = Result()
                case b"E":
                    error = error or _error(body)
                case b"G":  # a COPY that waits for lines of ours, which there are none
                    self._socket.sendall(_message(b"f", b"\0"))
                case b"Z":
                    return Answer(results, error)

    def _next(self, budget: "_Budget") -> tuple[bytes, bytes]:
        """The next message; its length is looked at before any of it is kept."""
        self._fill(_HEADER.size, budget)
        kind, length = _HEADER.unpack_from(self._read)
        budget.spend(length)
        end = length + 1
        self._fill(end, budget)
        body = bytes(self._read[_HEADER.size : end])
        del self._read[:end]
        return kind, body

    def _fill(self, size: int, budget: "_Budget") -> None:
        while len(self._read) < size:
            self._socket.settimeout(budget.left())
            piece = self._socket.recv(_PIECE)
            if not piece:
                raise Unanswered
            self._read += piece


class _Budget:
    """What is left for one exchange."""

    def __init__(self, until: float) -> None:
        self._until, self._bytes, self._rows = until, MOST_BYTES, MOST_ROWS

    def left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise Unanswered
        return left

    def spend(self, size: int) -> None:
        self._bytes -= size
        if self._bytes < 0:
            raise TooMuch

    def row(self) -> None:
        self._rows -= 1
        if self._rows < 0:
            raise TooMuch


def _message(kind: bytes, body: bytes) -> bytes:
    return _HEADER.pack(kind, len(body) + 4) + body


def _types(body: bytes) -> tuple[int, ...]:
    """The types of a RowDescription: after each name come table, attribute, type and eight more bytes."""
    found, at = [], _SHORT.size
    while at < len(body):
        at = body.index(b"\0", at) + 1
        found.append(_LONG.unpack_from(body, at + 6)[0])
        at += 18
    return tuple(found)


def _fields(body: bytes) -> Row:
    found: list[bytes | None] = []
    at = _SHORT.size
    for _ in range(_SHORT.unpack_from(body)[0]):
        (size,) = _LONG.unpack_from(body, at)
        at += _LONG.size
        found.append(None if size < 0 else body[at : at + size])
        at += max(size, 0)
    return tuple(found)


def _error(body: bytes) -> ServerError:
    parts = {part[:1]: part[1:501].decode(errors="replace") for part in body.split(b"\0") if part}
    return ServerError(*(parts.get(code, "") for code in (b"C", b"M", b"n", b"c")))
