"""A real mail server: it takes e-mails, refuses them, or never answers."""

import asyncio
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from tests.servers.process import free_port


class _Handler(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.answer = ""
        self.hangs = False
        self.messages: list[Message] = []

    async def handle_RCPT(  # noqa: N802  the name that aiosmtpd asks for
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Take the recipient, or not."""
        if self.hangs:
            await asyncio.sleep(30)
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def handle_message(self, message: Message) -> None:
        """Keep it."""
        self.messages.append(message)


class Smtp:
    """`answer("451 Later")` refuses, `answer("")` takes; `hang()` never says anything."""

    def __init__(self) -> None:
        self.port = free_port()
        self._handler = _Handler()
        self._controller = Controller(self._handler, "127.0.0.1", self.port)

    def start(self) -> None:
        """Take connections."""
        self._controller.start()

    def stop(self) -> None:
        """Refuse them."""
        self._controller.stop()

    def answer(self, line: str) -> None:
        """What whoever brings an e-mail is told from now on; empty: it is taken."""
        self._handler.answer, self._handler.hangs = line, False

    def hang(self) -> None:
        """From now on nobody is told anything."""
        self._handler.hangs = True

    @property
    def messages(self) -> list[Message]:
        """What it has taken."""
        return self._handler.messages
