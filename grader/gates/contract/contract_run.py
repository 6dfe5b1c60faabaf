"""The runs of schemathesis on a submission that is served: each phase on a new database, as nobody and as each role."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from grader.agent.client import AgentFault
from grader.domain.errors import EnvironmentError_, GraderError
from grader.environment.install import site_for
from grader.gates.contract.proxy import Patience, Proxy
from grader.gates.subject import Subject
from grader.sandbox.api import Launch, Limits, Mount, Process
from grader.sandbox.http import Response
from grader.sandbox.server import ApplicationServer
from grader.stage.project import Broken
from grader.stage.serving import UNLIMITED
from grader.stage.users import HTTPS, NoUsers, log_in, serve_inhabited
from grader.tools.tool import CONFIGURATION

PHASES = ("examples", "coverage", "fuzzing", "stateful")
ANONYMOUS = "anonymous"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
VERSION = "4.32.5"
_EXAMPLES = 2
_CONTROL = 8100
_FIRST_PORT = 8000
_WALL_S = 900.0
_LIMITS = Limits(memory_mb=2048, processes=64, tmp_mb=64, wall_s=_WALL_S, address_mb=None, file_mb=64)
_PROGRAM = Path(__file__).with_name("running_tool.py")
_OUTPUT = 16 << 20


class NotServed(Exception):
    """The submission kept the gate from looking at it; the message says how, in a sentence."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that somebody of a role sent, and the status of the answer; 0 for none."""

    role: str
    method: str
    path: str
    status: int


@dataclass(frozen=True, slots=True)
class Ran:
    """What all runs came to: reports of the tool, as it says, and what this side saw go by."""

    reports: tuple[Mapping[str, Any], ...]
    answered: tuple[Answered, ...]


def run_phases(subject: Subject, served: "Served", document: bytes) -> Ran:
    """All phases on the operations of an OpenAPI document, which is JSON and refers to nothing outside itself.

    ``served`` has begun the first phase, and is left to whoever made it.

    Raises:
        NotServed: the submission does not start, makes no users, or lets nobody in.
        EnvironmentError_: the tool cannot be had, or does not end.
    """
    with ExitStack() as stack:
        process = _start(subject, stack, document, served.roles)
        for number, role in enumerate(served.roles):
            served.proxies[role] = stack.enter_context(Proxy(process.listeners[_FIRST_PORT + number], served.patience))
        stack.enter_context(_control(process.listeners[_CONTROL], served))
        with suppress(TimeoutError):
            process.wait(_WALL_S + 10)
        served.check()
        return Ran(_read(process.output(), served.roles), tuple(served.answered()))


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
            proxy.direct(self._server, self._who.get(role, HTTPS))

    def begins(self, phase: str) -> bool:
        """As ``begin``, for a thread of its own: what it raises is raised by ``check``."""
        try:
            self.begin(phase)
        except (NotServed, GraderError) as error:
            self._fault = error
        return self._fault is None

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


def _start(subject: Subject, stack: ExitStack, document: bytes, roles: tuple[str, ...]) -> Process:
    """The tool in a sandbox of its own, with the document, and the ports that it will ask."""
    requirements = (CONFIGURATION / "schemathesis.txt").read_text("utf-8")
    site = site_for(
        requirements, cache=subject.state_dir / "environments", what="schemathesis", progress=lambda _: None
    )
    file = subject.folder / "openapi.json"
    file.write_bytes(document)
    file.chmod(0o644)
    sandbox = subject.sandbox.for_service("tool")
    stack.callback(sandbox.close)
    ports = tuple(_FIRST_PORT + number for number in range(len(roles)))
    inside = sandbox.reserve((*ports, _CONTROL))
    order = {
        "phases": PHASES,
        "ports": {role: inside[port] for role, port in zip(roles, ports, strict=True)},
        "control": inside[_CONTROL],
        "arguments": _arguments(subject.seed),
    }
    launch = Launch(
        ("-c", _PROGRAM.read_text("utf-8")),
        env={"TRACK_RUN": json.dumps(order)},
        mounts=(Mount(file, "/tools/openapi.json"),),
        limits=_LIMITS,
        ports=(*ports, _CONTROL),
        sources=(),
        cwd="/",
        output_limit=_OUTPUT,
    )
    process = sandbox.start(launch, submission=None, deps=site)
    stack.callback(process.kill)
    return process


def _arguments(seed: int) -> list[str]:
    """What schemathesis is told each time: the same cases for the same seed."""
    return [
        "run",
        "/tools/openapi.json",
        *("--mode", "all", "--max-examples", str(_EXAMPLES), "--seed", str(seed % 2**32)),
        *("--checks", ",".join(CHECKS), "--continue-on-failure", "--warnings", "off", "--no-color"),
        *("--generation-database", "none", "--generation-with-security-parameters", "false"),
        *("--request-timeout", "15", "--suppress-health-check", "all"),
    ]


@contextmanager
def _control(listener: socket.socket, served: Served) -> Iterator[None]:
    """Answers the tool's side, which asks for a phase to begin."""

    class Handler(BaseHTTPRequestHandler):
        """Knows the phases and nothing else."""

        timeout = 60

        def do_POST(self) -> None:
            """200 once the phase has begun."""
            phase = self.path.strip("/")
            begun = phase in PHASES and served.begins(phase)
            self.send_response_only(200 if begun else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is written."""

    server = HTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    listener.setblocking(True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True, name="control")
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _read(output: bytes, roles: tuple[str, ...]) -> tuple[Mapping[str, Any], ...]:
    """The reports, one for each phase and role. Raises ``EnvironmentError_`` where the tool did not get to an end."""
    text = output.decode(errors="replace").rstrip()
    try:
        said = json.loads(text.rpartition("\n")[2])
    except (ValueError, RecursionError):
        said = None
    runs = [(phase, role) for phase in PHASES for role in roles]
    entries = [entry for entry in said if isinstance(entry, dict)] if isinstance(said, list) else []
    if [(entry.get("phase"), entry.get("role")) for entry in entries] != runs:
        raise EnvironmentError_(f"schemathesis did not get to its end: {text[-300:]}", "Run the same command again.")
    for entry in entries:
        if entry.get("complete") is not True and not entry.get("errors"):
            why = f"schemathesis did not finish {entry.get('phase')} as {entry.get('role')}: {entry.get('said')}"
            raise EnvironmentError_(why[:600], "Run the same command again.")
    return tuple(entries)
