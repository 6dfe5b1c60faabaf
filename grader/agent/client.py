"""Puts questions to an agent and believes nothing but a prompt, well-formed answer to the question that was put."""

import contextlib
import json
import secrets
import select
import socket
from collections.abc import Mapping
from typing import Any

from grader.agent.deadline import Deadline, Meter
from grader.agent.raised import Raised, read_raised
from grader.agent.wire import LARGEST, BadReply, decode, parse

__all__ = ["AgentClient", "AgentFault", "Raised", "of_type"]


class AgentFault(Exception):
    """The learner's process did not answer as it has to; the text is a sentence for the learner.

    ``lost`` is false if only the check's own process has gone and the agent can begin the next check. ``unsure`` is
    true of what a busy machine may bring about as well: silence, and the end of a process that did not exit by itself.
    ``advice`` is what to do about it, where more is known than that it has to be looked for; ``about`` is a word that
    stands in the submission where the cause is. ``expected`` is what was wanted of it, where that is not an answer.
    """

    def __init__(
        self,
        sentence: str,
        lost: bool = True,
        unsure: bool = False,
        advice: str = "",
        about: str = "",
        expected: str = "",
    ) -> None:
        super().__init__(sentence)
        self.lost, self.unsure, self.advice, self.about = lost, unsure, advice, about
        self.expected = expected


class AgentClient:
    """One side of the socket to an agent. After an ``AgentFault`` that says ``lost`` it is of no more use.

    ``spent`` are the seconds that all answers so far were charged.
    """

    def __init__(self, control: socket.socket, meter: Meter | None = None) -> None:
        self._control, self._meter = control, meter
        self.spent = 0.0
        self._rest = b""
        self._check: str | None = None
        control.setblocking(False)

    @property
    def in_check(self) -> bool:
        """Whether a check has begun and not ended."""
        return self._check is not None

    def ask(self, op: str, *, within_s: float, doing: str = "", **arguments: Any) -> Any:
        """What the operation gives, decoded. Raises ``Raised`` if the project does, else ``AgentFault``.

        ``doing`` ends the sentence "Your project ended the process while …".
        """
        return self._put(op, arguments, within_s, doing or "the check was running")

    def raw(self, op: str, *, within_s: float, doing: str = "", **arguments: Any) -> Any:
        """As ``ask``, for operations whose answer is plain JSON with values inside."""
        return self._put(op, arguments, within_s, doing or "the check was running", raw=True)

    def begin(self, mode: str, database: Mapping[str, Any] | None, *, within_s: float) -> None:
        """Gives the next check a place of its own: ``fork`` or ``savepoint``."""
        number = self._send("begin", {"mode": mode, "database": dict(database) if database else None})
        self._check = number
        self._outcome(self._receive(number, within_s, "the check was starting"), raw=False)

    def end(self, *, within_s: float) -> None:
        """Ends the check, and returns once all of it has gone."""
        self._send("end", {})
        check, self._check = self._check, None
        reply = self._line(within_s, "the check was ending")
        if reply.get("id") != check or "ended" not in reply:
            raise AgentFault("Your project answered a question that was not put.")

    def close(self) -> None:
        """Closes this side: the agent leaves by itself."""
        self._control.close()

    def _put(self, op: str, arguments: dict[str, Any], within_s: float, doing: str, raw: bool = False) -> Any:
        number = self._send(op, arguments)
        return self._outcome(self._receive(number, within_s, doing), raw)

    def _send(self, op: str, arguments: dict[str, Any]) -> str:
        number = secrets.token_hex(8)
        self._refuse_early()
        line = json.dumps({"id": number, "op": op, "with": arguments}, allow_nan=False).encode() + b"\n"
        try:
            self._write(line)
        except TimeoutError as error:
            raise AgentFault("Your project did not take a question within 10 s.", unsure=True) from error
        except OSError as error:
            raise _gone() from error
        return number

    def _write(self, line: bytes) -> None:
        """Sends all of it: at once, as nearly always, or within 10 s."""
        with contextlib.suppress(BlockingIOError):
            line = line[self._control.send(line) :]
        if line:
            self._control.settimeout(10)
            try:
                self._control.sendall(line)
            finally:
                self._control.setblocking(False)

    def _refuse_early(self) -> None:
        """Nothing may be here before the question: not the end of the process, not an answer made up beforehand."""
        try:
            gone = not self._rest and not self._control.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return
        except OSError:
            gone = True
        if gone:
            raise _gone()
        raise AgentFault("Your project answered a question before it was put.")

    def _receive(self, number: str, within_s: float, doing: str) -> dict[str, Any]:
        reply = self._line(within_s, doing)
        if reply.get("id") == number and ("ok" in reply) != ("raised" in reply):
            return reply
        if reply.get("id") == (self._check or number) and _is_status(reply.get("ended")):
            self._check = None
            message = f"Your project ended the process while {doing} ({_status(reply['ended'])})."
            raise AgentFault(message, lost=False, unsure=reply["ended"] < 0)
        raise AgentFault("Your project answered a question that was not put.")

    def _outcome(self, reply: dict[str, Any], raw: bool) -> Any:
        try:
            if "raised" in reply:
                raised = read_raised(reply["raised"])
            else:
                return reply["ok"] if raw else decode(reply["ok"])
        except BadReply as error:
            raise AgentFault(f"Your project gave an answer that cannot be read: {error}.") from error
        if raised.type == "AnswerTooLarge":
            raise AgentFault("Your project gave an answer that is larger than 1 MiB.")
        raise raised

    def _line(self, within_s: float, doing: str) -> dict[str, Any]:
        deadline = Deadline(within_s, self._meter)
        try:
            return self._read(deadline, within_s, doing)
        finally:
            self.spent += deadline.charged()

    def _read(self, deadline: Deadline, within_s: float, doing: str) -> dict[str, Any]:
        pieces = [self._rest]
        size = len(self._rest)
        while b"\n" not in pieces[-1]:
            piece = self._piece(deadline, within_s, doing)
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST:
                raise AgentFault("Your project gave an answer that is larger than 1 MiB.")
        line, _, self._rest = b"".join(pieces).partition(b"\n")
        if self._rest:
            raise AgentFault("Your project answered a question before it was put.")
        try:
            return parse(line)
        except BadReply as error:
            raise AgentFault(f"Your project gave an answer that cannot be read: {error}.") from error

    def _piece(self, deadline: Deadline, within_s: float, doing: str) -> bytes:
        while (left := deadline.left()) > 0:
            if select.select([self._control], [], [], left)[0]:
                break
        else:
            raise AgentFault(f"Your project did not answer within {within_s:.0f} s while {doing}.", unsure=True)
        try:
            piece = self._control.recv(1 << 16)
        except OSError:
            piece = b""
        if not piece:
            raise AgentFault(f"Your project ended the process while {doing}.", unsure=True)
        return piece


def of_type[T](kind: type[T], answer: Any) -> T:
    """The answer, if it is exactly of that type; ``AgentFault`` if not."""
    if type(answer) is not kind:
        raise AgentFault("Your project gave an answer of another kind than was asked for.")
    return answer


def _is_status(status: Any) -> bool:
    """Whether it is one: an exit code or, below zero, a signal. A larger number would be a message."""
    return type(status) is int and -64 <= status <= 255


def _gone() -> AgentFault:
    return AgentFault("Your project ended the process in which it was being checked.", unsure=True)


def _status(status: int) -> str:
    return f"exit status {status}" if status >= 0 else f"signal {-status}"
