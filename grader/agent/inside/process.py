"""The agent of one process: the channel, the operations, what references stand for, the database in use."""

from __future__ import annotations

import os
import socket
import tempfile

from .answering import answer
from .channel import Channel
from .values import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Operation = Callable[..., Any]


class Agent:
    """All state of this process. ``root`` is the submission's folder, ``operations`` are called with the agent first.

    ``mode`` is ``fork`` or ``savepoint`` once a check has begun. ``objects`` are what references stand for, by number.
    ``engine`` and ``options`` are those of the project's own default database.
    """

    def __init__(self, channel: Channel, operations: Mapping[str, Operation], root: str) -> None:
        self.channel, self.operations, self.root = channel, operations, root
        self.folder = tempfile.mkdtemp(prefix="agent-")
        self.objects: dict[int, object] = {}
        self.noted: set[str] = set()
        self.environ_reads: list[tuple[str, str, int]] = []
        self.mode: str | None = None
        self.engine: str | None = None
        self.options: dict[str, Any] = {}
        self.handler: Any = None
        self.captured: Any = None

    def reference(self, value: object) -> int:
        """Keeps an object for later questions, and gives its number."""
        number = len(self.objects) + 1
        self.objects[number] = value
        return number

    def database_file(self, name: str) -> str:
        """Where the SQLite database of that name is."""
        return os.path.join(self.folder, f"{name}.sqlite3")

    def hand_out_folder(self) -> None:
        """Gives the folder of the SQLite databases to the trusted side, before anything of the project is loaded."""
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        socket.send_fds(self.channel.control, [b"F"], [folder])
        os.close(folder)

    def operate(self, name: str, arguments: dict[str, Any]) -> Any:
        """What the operation of that name gives, encoded."""
        return encode(self.operations[name](self, **arguments), self.reference)

    def answer(self, question: dict[str, Any]) -> None:
        """Carries out one operation, and replies with its value or with what it raised."""
        answer(self.channel, question, self.operate, self.root)
