"""A learner's notebook in its sandbox, asked from outside: cells go in, strictly typed values come out."""

import socket
from collections.abc import Iterable
from typing import Any

from grader.agent.client import AgentClient, AgentFault
from grader.agent.raised import Raised
from grader.agent.wire import encode
from grader.lab.nouns import Outcome

# A little more than the kernel gives itself: what cannot be interrupted inside is ended from outside.
WITHIN_S = 14.0
READY_S = 60.0
TOO_LONG = "TakesTooLong"
TIMEOUT = "TimeoutError"
# What ends where the process that runs the cells does; no name of an exception.
GONE = "(gone)"


class Kernel:
    """The trusted end of a session. After an ``AgentFault`` it answers no more: everything says so from then on."""

    def __init__(self, control: socket.socket) -> None:
        self._client = AgentClient(control)
        self._lost: AgentFault | None = None

    def ready(self) -> None:
        """Waits until it answers. ``AgentFault`` if it does not."""
        self._ask("ready", within_s=READY_S)

    def run(self, source: str) -> Outcome:
        """Runs a cell of the learner's."""
        try:
            answer = self._ask("cell", source=source)
        except Raised as raised:
            return Outcome(error=_known(raised), unsure=raised.type == TOO_LONG)
        except AgentFault as fault:
            return Outcome(sentence(fault), GONE, unsure=fault.unsure)
        if not isinstance(answer, dict) or not all(type(answer.get(key)) is str for key in ("text", "error")):
            return Outcome("Your notebook gave an answer that cannot be read.", GONE)
        name = answer["error"][:100]
        too_long = name == TOO_LONG
        return Outcome(answer["text"], TIMEOUT if too_long else name if name.isidentifier() else "", unsure=too_long)

    def kind(self, name: str) -> tuple[str, Any]:
        """What a name stands for, as of the kernel's ``op_kind``. ``AgentFault`` if that is not to be had."""
        answer = self._ask("kind", name=name)
        if (
            type(answer) is not list
            or len(answer) != 2
            or answer[0] not in ("missing", "callable", "exception", "value")
        ):
            raise AgentFault("The notebook gave an answer that cannot be read.")
        return answer[0], answer[1]

    def call(self, name: str, args: Iterable[Any], kwargs: dict[str, Any]) -> Any:
        """What a function of the learner's returns. ``Raised`` or ``AgentFault``."""
        return self._ask("call", name=name, args=encode(list(args)), kwargs=encode(kwargs))

    def _ask(self, op: str, *, within_s: float = WITHIN_S, **given: Any) -> Any:
        if self._lost is not None:
            raise self._lost
        try:
            return self._client.ask(op, within_s=within_s, doing="a cell was running", **given)
        except AgentFault as fault:
            self._lost = fault
            raise


def sentence(fault: AgentFault) -> str:
    """What the fault says, of a notebook."""
    return str(fault).replace("Your project", "Your notebook")


def _known(raised: Raised) -> str:
    return TIMEOUT if raised.type == TOO_LONG else raised.type
