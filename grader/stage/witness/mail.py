"""A mail server that keeps what it takes, and refuses or hangs as a check says. It never sends anything on."""

import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import BinaryIO, Literal

from grader.stage.witness.server import WitnessServer

Step = Literal["greeting", "MAIL", "RCPT", "DATA", "accepted"]
PORT = 2525
_LINE = 2_000
_MESSAGE_BYTES = 1 << 20
_MESSAGES = 2_000
_KEPT_BYTES = 64 << 20
_HANGS_S = 120.0


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail that was taken: the envelope, the bytes after DATA, and the time (``time.monotonic``)."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    at: float

    @property
    def message(self) -> EmailMessage:
        """The e-mail, parsed."""
        return message_from_bytes(self.data, policy=policy.default)


class MailServer:
    """``answers`` says what is replied at a step instead of the usual: ``451 Later``, ``550 No``, ``hang`` or ``wait``.

    Both are silent until there are other answers; then what hung hangs up, and what waited is answered as usual.

    A reply at ``accepted`` comes after the data, which are kept only if it begins with 2. ``attempts`` counts clients
    that have named a sender.
    """

    def __init__(self) -> None:
        self.taken: list[Mail] = []
        self.attempts = 0
        self._kept = 0
        self._answers: dict[Step, str] = {}
        self._released = threading.Event()
        self._server = WitnessServer("mail", self._converse)
        self.socket = self._server.socket

    def answer(self, answers: Mapping[Step, str]) -> None:
        """From now on."""
        self._answers = dict(answers)
        self._released.set()
        self._released = threading.Event()

    def close(self) -> None:
        """Ends it."""
        self._released.set()
        self._server.close()

    def _converse(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            self._reply(connection, "greeting", "220 mail ready")
            sender = ""
            recipients: list[str] = []
            while line := _line(lines):
                command, _, rest = line.partition(" ")
                match command.upper():
                    case "EHLO" | "HELO":
                        connection.sendall(
                            b"250-mail\r\n250 8BITMIME\r\n" if command.upper() == "EHLO" else b"250 mail\r\n"
                        )
                    case "MAIL":
                        self.attempts += 1
                        sender, recipients = _address(rest), []
                        self._reply(connection, "MAIL", "250 OK")
                    case "RCPT":
                        if self._reply(connection, "RCPT", "250 OK"):
                            recipients.append(_address(rest))
                    case "DATA":
                        if self._reply(connection, "DATA", "354 Go on"):
                            self._take(connection, lines, sender, tuple(recipients))
                    case "RSET" | "NOOP":
                        connection.sendall(b"250 OK\r\n")
                    case "QUIT":
                        connection.sendall(b"221 Bye\r\n")
                        return
                    case _:
                        connection.sendall(b"502 Not known here\r\n")

    def _take(self, connection: socket.socket, lines: BinaryIO, sender: str, recipients: tuple[str, ...]) -> None:
        data = bytearray()
        while (line := lines.readline(_LINE)) not in (b".\r\n", b".\n"):
            data += line[1:] if line.startswith(b".") else line
            if not line or len(data) > _MESSAGE_BYTES:
                raise ValueError
        self._kept += len(data)
        if len(self.taken) >= _MESSAGES or self._kept > _KEPT_BYTES:
            raise ValueError
        said = self._answers.get("accepted", "250 Taken")
        if said.startswith("2"):  # kept before the reply: whoever reads the reply finds it here
            self.taken.append(Mail(sender, recipients, bytes(data), time.monotonic()))
        self._reply(connection, "accepted", "250 Taken")

    def _reply(self, connection: socket.socket, step: Step, usual: str) -> bool:
        """Says it, or what the check wants said; whether that is a good answer."""
        said = self._answers.get(step, usual)
        if said in ("hang", "wait"):
            self._released.wait(_HANGS_S)
            if said == "hang":
                raise ValueError
            said = usual
        connection.sendall(f"{said}\r\n".encode())
        return said[:1] in ("2", "3")


def _line(lines: BinaryIO) -> str:
    line = lines.readline(_LINE)
    if len(line) >= _LINE:
        raise ValueError
    return line.decode("utf-8", "replace").strip()


def _address(words: str) -> str:
    """``ann@example.org`` of ``FROM:<ann@example.org> SIZE=5``."""
    return words.partition("<")[2].partition(">")[0]
