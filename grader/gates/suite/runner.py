"""Runs the project's tests in the sandbox, with PostgreSQL and Redis behind them, within a time."""

import json
import secrets
import select
import socket
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.agent.deadline import Deadline
from grader.agent.mount import bytecode_made
from grader.agent.scan import BadReply
from grader.domain.words import bounded
from grader.gates.subject import Subject
from grader.gates.suite.claims import LARGEST, Claims, parse, read_claims
from grader.sandbox.api import FIRST_FD, Launch, Limits, Mount, Process
from grader.sandbox.load import usage
from grader.stage import registry
from grader.stage.edited import edited
from grader.stage.host import own_variables
from grader.stage.registry import POSTGRES, REDIS, Service

if TYPE_CHECKING:
    from grader.sandbox.api import Sandbox
    from grader.sandbox.services.postgres import Postgres

_INSIDE = "/grader/suite"
_LIMITS = Limits(
    wall_s=1800.0, memory_mb=2048, processes=256, tmp_mb=1024, file_mb=256, open_files=2048, address_mb=None
)


class NoSuite(Exception):
    """The tests did not get to an end that tells anything; the text is a sentence for the learner."""


@dataclass(frozen=True, slots=True)
class Job:
    """Tests to run with another text of a module, until the first failure; with "" as it is, all of them.

    A ``warm`` one changes nothing but the bodies of functions: its code is swapped where the tests have been collected.
    ``also`` are more modules, each with its other text.
    """

    path: str
    text: str
    tests: tuple[str, ...]
    warm: bool
    also: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What to run: ``only`` these tests by the names that they had, or all.

    Without ``migrations`` pytest makes tables from the models. ``measured`` are the files of which lines and branches
    are recorded. With ``stop`` the first failure ends it. ``files`` are texts to run instead of the submission's. Where
    there are ``jobs``, these are run instead, each for ``job_s`` seconds at most; after ``jobs_s`` seconds of each sort
    no other one is begun. All of it may take ``within_s`` seconds of computing.
    """

    measured: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    stop: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    migrations: bool = True
    jobs: tuple[Job, ...] = ()
    job_s: float = 20.0
    jobs_s: float = 60.0
    within_s: float = 600.0


class SuiteRunner:
    """The tests of one subject, as often as they are ordered: each time in a sandbox and a database of their own."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._postgres = replace(POSTGRES, make=_postgres)

    @property
    def warm(self) -> bool:
        """Whether the runner can be given jobs that swap code after collection."""
        return self._subject.layout.runner == "pytest"

    def recorded(self, measured: tuple[str, ...], within_s: float = 600.0) -> Claims:
        """What a run of all tests says of itself and of these files; several gates of a run share one."""
        order = Order(measured=measured, within_s=within_s)
        return self._subject.shared.once(f"suite:{order}", lambda: self.run(order))

    def run(self, order: Order) -> Claims:
        """What the run says of itself. ``NoSuite`` if it ends, or is ended, without a word."""
        subject = self._subject
        with edited(subject.submission, order.files, subject.folder) as root, ExitStack() as stack:
            ours, theirs = socket.socketpair()
            stack.callback(ours.close)
            with theirs:
                process = self._start(root, theirs.fileno(), stack)
            with suppress(ConnectionError):  # then the reply says how it ended
                ours.sendall(json.dumps(self._described(order)).encode() + b"\n")
            return _reply(ours, process, order.within_s)

    def _described(self, order: Order) -> dict[str, Any]:
        layout = self._subject.layout
        return {
            "runner": layout.runner,
            "tests": [path for path in layout.tests if (self._subject.submission / path).exists()],
            "measured": list(order.measured),
            "only": list(order.only),
            "stop": order.stop,
            "options": ["--nomigrations"] if self.warm and not order.migrations else [],
            "jobs": [{"id": n, **asdict(job)} for n, job in enumerate(order.jobs)],
            "job_s": order.job_s,
            "jobs_s": order.jobs_s,
        }

    def _start(self, root: Path, fd: int, stack: ExitStack) -> Process:
        services, layout = self._subject.stage.services, self._subject.layout
        name = f"suite_{secrets.token_hex(6)}"
        server: Postgres = services.running(self._postgres).server  # type: ignore[assignment]
        server.create(name)
        stack.callback(server.drop, name)
        stack.callback(server.drop, f"test_{name}")
        services.reset()
        env = own_variables() | services.variables(self._postgres, REDIS, database=name)
        env |= {"DJANGO_SETTINGS_MODULE": layout.settings}
        env |= {"DJANGO_CONFIGURATION": layout.configuration} if layout.configuration else {}
        launch = Launch(
            argv=(f"{_INSIDE}/__main__.py", str(FIRST_FD)),
            env=env,
            mounts=(Mount(bytecode_made(Path(__file__).with_name("inside")), _INSIDE),),
            limits=_LIMITS,
            pass_fds=(fd,),
            ports=registry.ports(),
            sources=layout.sources,
            copy_submission=True,
        )
        process = self._subject.sandbox.start(launch, submission=root, deps=self._subject.deps)
        stack.callback(services.kill, process)
        for service in (self._postgres, REDIS):
            services.attach(process, service)
        return process


def _postgres(sandbox: "Sandbox", state_dir: Path, service: Service) -> "Postgres":
    """A server whose learner may create databases, as test runners do."""
    from grader.sandbox.services.postgres import Postgres

    return Postgres(sandbox, state_dir=state_dir, createdb=True, user=service.user, limits=service.limits)


def _reply(control: socket.socket, process: Process, within_s: float) -> Claims:
    """What comes before the end; where nothing does, the last test that was begun is named."""
    deadline, rest, last = Deadline(within_s, usage), b"", ""
    while left := deadline.left():
        if not select.select([control], [], [], left)[0]:
            continue
        if not (data := _received(control)):
            raise NoSuite(f"Your tests ended their own process{_at(last)}: {_said(process)}")
        *lines, rest = (rest + data).split(b"\n")
        if len(rest) > LARGEST:
            raise NoSuite("Your tests report more than can be read.")
        for said in map(_parsed, lines):
            if "reply" in said:
                return _claims(said["reply"])
            last = str(said.get("test", ""))
    raise NoSuite(f"Your tests had not ended after {within_s:.0f} s{_at(last)}.")


def _received(control: socket.socket) -> bytes:
    """What has come; nothing at the end, whatever the end was."""
    try:
        return control.recv(1 << 20)
    except ConnectionError:
        return b""


def _parsed(line: bytes) -> Mapping[str, Any]:
    try:
        return parse(line)
    except BadReply as bad:
        raise NoSuite(f"Your tests replied to the grader with something that is {bad}.") from None


def _claims(reply: Any) -> Claims:
    try:
        claims = read_claims(reply)
    except BadReply as bad:
        raise NoSuite(f"Your tests replied to the grader with something that is {bad}.") from None
    if claims.why:
        first = claims.why.strip().partition("\n")[0]  # what runners explain below it fills a page
        raise NoSuite(f"Your tests could not be run: {bounded(first).rstrip('.')}.")
    return claims


def _at(test: str) -> str:
    return f" (the last one to begin was {bounded(test, 120)})" if test else ""


def _said(process: Process) -> str:
    """The last lines of what was printed."""
    lines = process.output().decode(errors="replace").strip().splitlines()
    return bounded(" / ".join(lines[-3:]), 300) or "nothing was printed."
