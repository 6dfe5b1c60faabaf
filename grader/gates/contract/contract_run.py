"""The runs of schemathesis on a submission that is served: each phase on a new database, as nobody and as each role."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.server import HTTPServer
from pathlib import Path
from typing import Any

from grader.domain.errors import EnvironmentError_
from grader.gates.contract.proxy import Proxy
from grader.gates.contract.served import Answered, Served
from grader.gates.outside_tool import last_report, start_tool
from grader.gates.subject import Subject
from grader.sandbox.api import Limits, Mount, Process
from grader.sandbox.listener import PromptHandler, answering
from grader.tools.installed import tool_site

PHASES = ("examples", "coverage", "fuzzing", "stateful")
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
_DOCUMENT = "/tools/openapi.json"
_FIRST_PORT = 8000
# Processor time decides; wall time is for a machine that is busy with other things.
_WALL_S, _CPU_S = 3000.0, 500
_LIMITS = Limits(memory_mb=2048, processes=64, tmp_mb=64, wall_s=_WALL_S, cpu_s=_CPU_S, address_mb=None, file_mb=64)
_PROGRAM = Path(__file__).with_name("running_tool.py")
_OUTPUT = 16 << 20


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
        stack.enter_context(_control(process.listeners[_CONTROL], served, subject.tell))
        with suppress(TimeoutError):
            process.wait(_WALL_S + 10)
        served.check()
        return Ran(_read(process.output(), served.roles), tuple(served.answered()))


def _start(subject: Subject, stack: ExitStack, document: bytes, roles: tuple[str, ...]) -> Process:
    """The tool in a sandbox of its own, with the document, and the ports that it will ask."""
    cache, kind = subject.state_dir / "environments", subject.spec.sandbox
    site = tool_site("schemathesis.txt", what="schemathesis", cache=cache, kind=kind)
    file = subject.folder / "openapi.json"
    file.write_bytes(document)
    file.chmod(0o644)
    ports = tuple(_FIRST_PORT + number for number in range(len(roles)))
    return start_tool(
        subject,
        stack,
        _PROGRAM,
        lambda inside: {
            "phases": PHASES,
            "ports": {role: inside[port] for role, port in zip(roles, ports, strict=True)},
            "control": inside[_CONTROL],
            "arguments": _arguments(subject.seed),
        },
        ports=(*ports, _CONTROL),
        limits=_LIMITS,
        output_limit=_OUTPUT,
        deps=site,
        env={"TRACK_DOCUMENT": _DOCUMENT},
        mounts=(Mount(file, _DOCUMENT),),
    )


def _arguments(seed: int) -> list[str]:
    """What schemathesis is told each time: the same cases for the same seed."""
    return [
        *("--mode", "all", "--max-examples", str(_EXAMPLES), "--seed", str(seed % 2**32)),
        *("--checks", ",".join(CHECKS), "--continue-on-failure", "--warnings", "off", "--no-color"),
        *("--generation-database", "none", "--generation-with-security-parameters", "false"),
        *("--request-timeout", "15", "--suppress-health-check", "all"),
    ]


@contextmanager
def _control(listener: socket.socket, served: Served, tell: Callable[[str, int, int], None]) -> Iterator[None]:
    """Answers the tool's side, which asks for a phase to begin, and says which role's run of it comes."""
    runs = {f"/{phase}/{number}": f"{phase} as {role}" for phase in PHASES for number, role in enumerate(served.roles)}

    class Handler(PromptHandler):
        """Knows the phases and the roles, and nothing else."""

        def do_POST(self) -> None:
            """200 once the phase has begun, or it is known that the run has."""
            phase = self.path.strip("/")
            if self.path in runs:
                tell(runs[self.path], list(runs).index(self.path), len(runs))
            known = self.path in runs or (phase in PHASES and served.begins(phase))
            self.send_response_only(200 if known else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with answering(HTTPServer, Handler, listener, "control"):
        yield


def _read(output: bytes, roles: tuple[str, ...]) -> tuple[Mapping[str, Any], ...]:
    """The reports, one for each phase and role. Raises ``EnvironmentError_`` where the tool did not get to an end."""
    text = output.decode(errors="replace").rstrip()
    said = last_report(text)
    runs = [(phase, role) for phase in PHASES for role in roles]
    entries = [entry for entry in said if isinstance(entry, dict)] if isinstance(said, list) else []
    if [(entry.get("phase"), entry.get("role")) for entry in entries] != runs:
        raise EnvironmentError_(f"schemathesis did not get to its end: {text[-300:]}", "Run the same command again.")
    for entry in entries:
        if entry.get("complete") is not True and not entry.get("errors"):
            why = f"schemathesis did not finish {entry.get('phase')} as {entry.get('role')}: {entry.get('said')}"
            raise EnvironmentError_(why[:600], "Run the same command again.")
    return tuple(entries)
