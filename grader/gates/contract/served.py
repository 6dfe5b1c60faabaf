"""The submission as it is served to the tool: anew in each phase, with somebody of every role."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial

from grader.agent.client import AgentFault
from grader.domain.errors import GraderError
from grader.gates.contract.proxy import Patience, Proxy
from grader.gates.subject import Subject
from grader.sandbox.http import Response
from grader.sandbox.server import ApplicationServer
from grader.stage.project import Broken
from grader.stage.serving import UNLIMITED
from grader.stage.users import HTTPS, NoUsers, User, log_in, serve_inhabited

ANONYMOUS = "anonymous"


class NotServed(Exception):
    """The submission kept the gate from looking at it; the message says how, in a sentence."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that somebody of a role sent, and the status of the answer; 0 for none."""

    role: str
    method: str
    path: str
    status: int


class Served:
    """The submission as it is served in one phase after the other."""

    def __init__(self, subject: Subject) -> None:
        self.proxies: dict[str, Proxy] = {}
        self.patience = Patience()
        self._subject, self._stack = subject, ExitStack()
        self._fault: Exception | None = None
        self._begun = ""
        self._server: ApplicationServer | None = None
        self.roles = (ANONYMOUS, *subject.layout.roles)
        self._users: Mapping[str, User] = {}
        self._who: dict[str, dict[str, str]] = {}

    def begin(self, phase: str) -> None:
        """Serves it anew, on a database with nobody but its users; again for the same phase is no harm."""
        if phase == self._begun:
            self._direct()
            return
        self._stack.close()
        self._stack, self._begun = ExitStack(), phase
        try:
            there = serve_inhabited(self._subject.stage, self._stack, env=UNLIMITED)
            self._users = there.users
            self._who = {role: log_in(there.server, user) for role, user in there.users.items()}
        except Broken as broken:
            raise NotServed(f"The project {broken.doing} and got no further, so nothing was asked of it.") from broken
        except (NoUsers, AgentFault) as error:
            raise NotServed(str(error)) from error
        self._server = there.server
        self._direct()

    def get(self, path: str, headers: Mapping[str, str]) -> Response:
        """An answer to the most powerful role. Raises ``NotServed`` if there is none."""
        assert self._server is not None
        who = self._who.get(self.roles[-1], HTTPS)
        try:
            return self._server.get(path, {**who, **headers}, timeout_s=30.0)
        except (ConnectionError, TimeoutError) as error:
            raise NotServed(f"The server of the project does not answer: {error}.") from error

    def _direct(self) -> None:
        assert self._server is not None
        for role, proxy in self.proxies.items():
            proxy.direct(self._server, self._who.get(role, HTTPS), partial(self._renewed, role))

    def _renewed(self, role: str) -> dict[str, str]:
        """The headers of a session that begins now; none where there is nobody, or no way in any more."""
        if role not in self._users or self._server is None:
            return {}
        with suppress(NoUsers):
            return log_in(self._server, self._users[role])
        return {}

    def begins(self, phase: str) -> bool:
        """As ``begin``, for a thread of its own: what it raises is raised by ``check``."""
        try:
            if not self.patience.lost:
                self.begin(phase)
        except (NotServed, GraderError) as error:
            self._fault = error
        return self._fault is None and not self.patience.lost

    def check(self) -> None:
        """Raises what kept a phase from beginning, or the tool from getting answers."""
        if self._fault is not None:
            raise self._fault
        if self.patience.lost:
            raise NotServed(self.patience.lost)

    def answered(self) -> Iterator[Answered]:
        """All that went by, role by role."""
        for role, proxy in self.proxies.items():
            for method, path, status in proxy.noted:
                yield Answered(role, method, path, status)

    def close(self) -> None:
        """Ends the server."""
        self._stack.close()
