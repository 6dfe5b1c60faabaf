"""The socket on which the trusted side asks: questions come in and replies go out, one line of JSON each."""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from typing import Any

LARGEST_REPLY = (1 << 20) - 1024


class Channel:
    """This process's end of the socket."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self._unread = b""

    def question(self) -> dict[str, Any]:
        """The next question; the process exits when there will be none."""
        while b"\n" not in self._unread:
            piece = self.control.recv(1 << 16)
            if not piece:
                os._exit(0)
            self._unread += piece
        line, _, self._unread = self._unread.partition(b"\n")
        question: dict[str, Any] = json.loads(line)
        return question

    def reply(self, number: str, **outcome: Any) -> None:
        """Sends the reply to the question of that number, or says that it would be larger than ``LARGEST_REPLY``."""
        line = json.dumps({"id": number, **outcome}, allow_nan=False).encode()
        if len(line) > LARGEST_REPLY:
            line = json.dumps({"id": number, "raised": {"type": "AnswerTooLarge", "message": ""}}).encode()
        self.control.sendall(line + b"\n")
