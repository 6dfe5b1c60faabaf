"""A learner's notebook in its sandbox, asked from outside: cells go in, strictly typed values come out."""

import socket
from collections.abc import Mapping, Sequence
from typing import Any

from grader.agent.client import AgentClient, AgentFault
from grader.agent.deadline import Meter
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
_MOST_CALLS = 10_000


class Kernel:
    """The trusted end of a session. After an ``AgentFault`` it answers no more: everything says so from then on.

    With a ``meter`` time counts in which the processes that it reads were not kept waiting for a processor.
    """

    def __init__(self, control: socket.socket, meter: Meter | None = None) -> None:
        self._client = AgentClient(control, meter)
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
            raise AgentFault("Your project gave an answer that cannot be read.")
        return answer[0], answer[1]

    def call(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """What a function of the learner's returns. ``Raised`` or ``AgentFault``, or what one of ``args`` raises.

        Functions among ``args`` stay on this side: the learner's code calls them through the channel, so that what they
        count is true. They get values of the learner's.
        """
        places = [place for place, arg in enumerate(args) if callable(arg)]
        plain = [None if callable(arg) else arg for arg in args]
        given = {"args": encode(plain), "kwargs": encode(dict(kwargs)), "functions": places}
        said, *rest = _spoken(self._ask("call", name=name, **given))
        failed: Exception | None = None
        for _ in range(_MOST_CALLS):
            if said == "returned" and failed is None:
                return rest[0]
            if said == "returned" or rest[0] not in places:
                break
            try:
                answer = {"op": "refused"} if failed else {"op": "answered", "value": encode(args[rest[0]](*rest[1]))}
            except Exception as error:
                failed, answer = error, {"op": "refused"}
            try:
                said, *rest = _spoken(self._ask(**answer))
            except Raised:
                if failed is None:
                    raise
                break
        raise failed or AgentFault(f"Your project called back more than {_MOST_CALLS:,} times.")

    def _ask(self, op: str, *, within_s: float = WITHIN_S, **given: Any) -> Any:
        if self._lost is not None:
            raise self._lost
        try:
            return self._client.ask(op, within_s=within_s, doing="a cell was running", **given)
        except AgentFault as fault:
            self._lost = fault
            raise


def _spoken(answer: Any) -> list[Any]:
    """What a call has come to: ``returned`` and the value, or ``asks``, the place of the function and its arguments."""
    match answer:
        case ["returned", value]:
            return ["returned", value]
        case ["asks", int() as place, list() as args]:
            return ["asks", place, args]
    raise AgentFault("Your project gave an answer that cannot be read.")


def sentence(fault: AgentFault) -> str:
    """What the fault says, of a notebook."""
    return str(fault).replace("Your project", "Your notebook")


def _known(raised: Raised) -> str:
    return TIMEOUT if raised.type == TOO_LONG else raised.type
