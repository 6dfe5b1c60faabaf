"""SQLite seen from beside the project: its files by the descriptor of their folder, their content by a clean process.

The trusted side itself opens no such file with SQLite. It carries bytes, within bounds, and asks the witness: a process
in a sandbox of its own, without submission and packages, that is killed when it does not answer.
"""

import contextlib
import hashlib
import os
import re
import socket
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from grader.agent.client import AgentClient, AgentFault, of_type
from grader.agent.mount import PROGRAM, inside_mount
from grader.agent.raised import Raised
from grader.agent.wire import encode
from grader.domain.errors import SandboxError
from grader.domain.words import bounded
from grader.sandbox.api import FIRST_FD, Launch, Limits, Process, Sandbox
from grader.stage.outcome import Failed, Refused

Execute = Callable[[str, tuple[Any, ...]], list[tuple[Any, ...]]]
LARGEST_FILE = 16 << 20
_BESIDE = ("", "-wal", "-shm", "-journal")
_WITHIN_S = 60.0  # the witness itself gives a statement 8 s of the processor
_HANDED_OUT_WITHIN_S = 30.0
_MALFORMED = re.compile(r"malformed database schema \((\w{1,60})\)")
_COMMIT = "Look in your migrations for a transaction that is begun by hand, and end it; Django commits each migration."
_LEAVE = "Look in your migrations for what removes or replaces the file of the database, and leave it to Django."
_SMALLER = "Look in your migrations for what fills the tables, and load less: what is large belongs into a command."
_PAST_DJANGO = "Look in your migrations for what writes into the file past Django (`writable_schema`, another program)."
_LIMITS = Limits(memory_mb=512, processes=8, tmp_mb=128, wall_s=1800, address_mb=1024)


class Folder:
    """The folder of an agent's SQLite files. Nothing in it is believed: links are refused, sizes bounded."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def get(self, name: str) -> bytes:
        """What a settled database holds; ``AgentFault`` if it is no ordinary file, too large, or not settled."""
        if self._size(f"{name}.sqlite3-wal") or self._size(f"{name}.sqlite3-journal"):
            raise AgentFault("Your project left its database in the middle of a transaction.", advice=_COMMIT)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(f"{name}.sqlite3", flags, dir_fd=self.fd), "rb") as file:
                kind = os.fstat(file.fileno())
                data = file.read(LARGEST_FILE + 1) if stat.S_ISREG(kind.st_mode) else None
        except OSError as error:
            raise AgentFault("Your project removed its database.", advice=_LEAVE) from error
        if data is None:
            raise AgentFault("Your project left something else than a file where its database was.", advice=_LEAVE)
        if len(data) > LARGEST_FILE:
            raise AgentFault("Your project left a database of more than 16 MiB.", advice=_SMALLER)
        return data

    def remove(self, name: str) -> None:
        """Removes the file and what SQLite keeps beside it, as far as they are there."""
        for suffix in _BESIDE:
            with contextlib.suppress(OSError):
                os.unlink(f"{name}.sqlite3{suffix}", dir_fd=self.fd)

    def _size(self, name: str) -> int:
        try:
            return os.stat(name, dir_fd=self.fd, follow_symlinks=False).st_size
        except OSError:
            return 0

    def close(self) -> None:
        """Lets the folder go."""
        os.close(self.fd)


def receive_folder(control: socket.socket) -> Folder:
    """The folder that an agent hands out before it has loaded anything; ``SandboxError`` if none comes."""
    control.settimeout(_HANDED_OUT_WITHIN_S)
    try:
        message, found, _, _ = socket.recv_fds(control, 1, 1)
    except OSError as error:
        raise SandboxError(f"The agent did not start: {error}.", "Run `grader doctor`.") from error
    if message != b"F" or len(found) != 1:
        for fd in found:
            os.close(fd)
        raise SandboxError("The agent did not start in its sandbox.", "Run `grader doctor`.")
    return Folder(found[0])


def unreadable(why: str) -> AgentFault:
    """What a database means that cannot be read, by what SQLite says of it, with what to do about it."""
    sentence = f"Your project left a database that cannot be read: {bounded(why, 200)}."
    if "16 MiB" in why:
        return AgentFault(sentence, advice=_SMALLER)
    if found := _MALFORMED.search(why):
        advice = (
            f"Look in your migrations for SQL of your own that makes or changes `{found[1]}`; what SQLite says of it "
            "is above. What Django's operations make can be read."
        )
        return AgentFault(sentence, advice=advice, about=found[1])
    return AgentFault(sentence, advice=_PAST_DJANGO)


@dataclass(slots=True)
class Witness:
    """One warm witness: started with the first question, and anew for another folder or after it was lost."""

    sandbox: Sandbox
    _process: Process | None = None
    _client: AgentClient | None = None
    _folder: Folder | None = None
    _known: set[str] = field(default_factory=set)

    def statement(
        self, folder: Folder, name: str, statement: str, params: tuple[Any, ...], *, back: bool
    ) -> list[tuple[Any, ...]]:
        """The rows of a statement in the file of that name; ``Refused`` for an integrity error, else ``Failed``.

        Without ``back`` what it writes is forgotten: the witness looks at a copy.
        """
        question = {"statement": statement, "params": encode(list(params)), "back": back}
        answer = of_type(tuple, self._ask(folder, "sql", name=name, **question))
        match answer:
            case ("rows", list() as rows):
                return [of_type(tuple, row) for row in rows]
            case ("refused", str() as kind, str() as constraint):
                raise Refused(kind, constraint)
            case ("absent", str()):
                seen = "the database has no such table or column"
                raise Failed("tables and columns as the brief names them", seen)
            case ("computed", str() as column):
                raise Failed(f"a column {bounded(column, 100)} that is stored", "the database computes it")
            case ("function", str() as function):
                expected = "a table whose rules call functions of SQLite's and of Django's"
                raise Failed(expected, f"they call {bounded(function, 60)}(), which only the project itself registers")
            case ("slow", str() as limit):
                expected = f"constraints, indexes and triggers that come to an end within {bounded(limit, 20)}"
                raise Failed(
                    expected, "they do not, as where a regular expression can match one text in very many ways"
                )
            case (_, str() as why):
                raise Failed("a database that can be read and written", f"SQLite says: {bounded(why, 200)}")
        raise Failed("a database that can be read", "it cannot be read")

    def put(self, folder: Folder, name: str, data: bytes) -> None:
        """Makes the file of a database; ``AgentFault`` if there is no room for it.

        The folder belongs to the sandbox's user, in a file system that knows no other: the witness writes, not root.
        """
        key = hashlib.sha256(data).hexdigest()
        known = self._client is not None and folder is self._folder and key in self._known
        content = None if known else encode(data)
        if why := of_type(str, self._ask(folder, "put", name=name, key=key, content=content)):
            raise AgentFault(f"Your project left no room for the database of a check: {bounded(why, 100)}.")
        self._known.add(key)

    def settle(self, folder: Folder, name: str) -> None:
        """Rolls back or writes home what a process has left half-way; ``AgentFault`` for what is no database."""
        if why := of_type(str, self._ask(folder, "settle", name=name)):
            raise unreadable(why)

    def source(self, op: str, **arguments: Any) -> Any:
        """An answer about Python sources: ``classes`` or ``functions``."""
        return self._ask(None, op, **arguments)

    def _ask(self, folder: Folder | None, op: str, **arguments: Any) -> Any:
        if folder is not None and folder is not self._folder:
            self.stop()
        if self._client is None:
            self._start(folder)
        assert self._client is not None
        try:
            return self._client.ask(op, within_s=_WITHIN_S, **arguments)
        except AgentFault as fault:
            self.stop()
            raise Failed("files of the project that can be read within reason", "they cannot") from fault
        except Raised as raised:  # not the project's: it may be ours, which a known-good submission will tell
            raise RuntimeError(f"The witness raised {raised.type}: {raised.message[:300]}") from raised

    def _start(self, folder: Folder | None) -> None:
        ours, theirs = socket.socketpair()
        fds = (theirs.fileno(), *([folder.fd] if folder else []))
        launch = Launch(
            argv=(PROGRAM, str(FIRST_FD), "witness", str(FIRST_FD + 1 if folder else -1)),
            mounts=(inside_mount(),),
            limits=_LIMITS,
            pass_fds=fds,
            cwd="/",
        )
        with theirs:
            self._process = self.sandbox.start(launch, submission=None, deps=None)
        self._client, self._folder = AgentClient(ours), folder

    def start_ahead(self, folder: Folder) -> None:
        """Starts it before there is a question about this folder."""
        if self._client is None:
            self._start(folder)

    def forget(self, folder: Folder) -> None:
        """Ends it if it looks into this folder, which goes with its agent."""
        if folder is self._folder:
            self.stop()

    def stop(self) -> None:
        """Kills it; the next question starts another one."""
        if self._client is not None:
            self._client.close()
        if self._process is not None:
            self._process.kill()
        self._client = self._process = self._folder = None
        self._known.clear()


def witnessed_statements(
    witness: Witness, file: Callable[[], tuple[Folder, str]], free: Callable[[], object]
) -> Execute:
    """Statements in the file that ``file`` names, which is asked each time: a check may go on in another one.

    Before one that writes, ``free`` has the project close its connections: there must be no transaction open.
    """

    def execute(statement: str, params: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        where, back = file(), not statement.lstrip().upper().startswith("SELECT")
        if back:
            free()
        return witness.statement(*where, statement, params, back=back)

    return execute
