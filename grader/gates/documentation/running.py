"""The README's commands run on a fresh copy of the project, with the services in reach."""

import json
import re
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.domain.errors import EnvironmentError_
from grader.domain.evidence import MOST_FINDINGS, Artefact, Finding, Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.domain.text import one_line, visible
from grader.domain.words import bounded, last_lines
from grader.environment.poetry_shell import PATH as SHELL
from grader.gates.documentation.commands import Command, commands
from grader.gates.documentation.markdown import Page, readme
from grader.gates.documentation.shown import SOURCE, located
from grader.gates.subject import Subject
from grader.sandbox import runtime
from grader.sandbox.api import Launch, Limits, Mount
from grader.stage import registry
from grader.stage.places import EMPTY
from grader.stage.registry import REGISTRY
from grader.stage.serving import deployment

METRIC, _UNIT = "documentation.commands", "commands"
_PROGRAM = Path(__file__).with_name("commands_inside.py")
_SHELL = "/grader/poetry_shell.py"
_ONE_S, _ALL_S = 120.0, 600.0
_LIMITS = Limits(wall_s=_ALL_S, memory_mb=2048, address_mb=None, processes=128, tmp_mb=512, open_files=1024)
_TIMED_OUT = 124
_OTHER = re.compile(r"readme(?:\.(?:rst|txt|adoc|org))?", re.I)
_LONGEST_REPLY = 1 << 20
Ended = tuple[int, str]


def measure(subject: Subject, pages: Mapping[str, Page]) -> Measurement:
    """How many of the commands that a machine can run fail."""
    page = readme(pages)
    other = next((name for name in subject.files if _OTHER.fullmatch(name)), "")
    if page is None and other:
        reason = f"{other} is not in Markdown, so its commands are not looked for."
        return Measurement(METRIC, None, _UNIT, Status.NOT_APPLICABLE, SOURCE, reason)
    if page is None:
        return _none("There is no README.md at the root: nobody knows how to start.")
    found = commands(page)
    if not found:
        return _none(f"{page.path} shows no command in a block of sh or console: nobody knows how to start.")
    runnable = [command for command in found if not command.unrun]
    ended = run_commands(subject, [command.text for command in runnable]) if runnable else []
    if len(ended) < len(runnable):
        stuck = one_line(bounded(runnable[len(ended)].text, 80))
        return _none(f"The commands of {page.path} came to no end at `{stuck}`: all together get {_ALL_S:.0f} s.")
    failed = [(c, e) for c, e in zip(runnable, ended, strict=True) if e[0]]
    findings = [_failure(page, command, end) for command, end in failed]
    findings += [_unrun(page, command) for command in found if command.unrun]
    where = tuple(f.where for f in findings[: len(failed)] if f.where)
    shown, table = tuple(findings[:MOST_FINDINGS]), _table(found, dict(zip(runnable, ended, strict=True)))
    return Measurement(
        METRIC, len(failed), _UNIT, Status.PASSED, SOURCE, where=where, findings=shown, artefacts=(table,)
    )


def _none(reason: str) -> Measurement:
    return Measurement(METRIC, None, _UNIT, Status.FAILED, SOURCE, reason)


def run_commands(subject: Subject, texts: Sequence[str]) -> list[Ended]:
    """How each ended, in turn, in one copy of the project; fewer where one keeps the others from being run."""
    stage, spec = subject.stage, subject.spec
    if not stage.sandbox.official:  # whoever wrote them, they are not run on somebody's machine as they are
        raise EnvironmentError_("Commands of a README are run in a sandbox only.", "Run `grader doctor`.")
    services = stage.services
    ours, theirs = socket.socketpair()
    with ours, services.postgres_databases.copy(EMPTY) as database:
        services.reset()
        order = json.dumps({"commands": list(texts), "within_s": _ONE_S})
        env: dict[str, str | None] = {"COMMANDS": order, "DJANGO_SETTINGS_MODULE": None}  # manage.py says which
        with theirs:
            launch = Launch(
                ("-c", _PROGRAM.read_text("utf-8"), _SHELL),
                env=deployment(stage, database, env=env),
                mounts=(Mount(SHELL, _SHELL), *runtime.shell()),
                limits=_LIMITS,
                pass_fds=(theirs.fileno(),),
                ports=registry.ports(),
                copy_submission=True,
                sources=(),
            )
            process = stage.sandbox.start(launch, submission=spec.submission, deps=spec.deps)
        try:
            for service in REGISTRY:
                services.attach(process, service)
            reply = _reply(ours)
            with suppress(TimeoutError):
                process.wait(_ALL_S + 10)
        finally:
            services.kill(process)
        return _ended(reply())


def _reply(ours: socket.socket) -> Any:
    """What gives, once the process has ended, all that it wrote."""
    pieces: list[bytes] = []

    def read() -> None:
        size = 0
        with suppress(OSError):
            while (data := ours.recv(1 << 16)) and size <= _LONGEST_REPLY:
                pieces.append(data)
                size += len(data)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()

    def ended() -> bytes:
        reader.join(10)
        return b"".join(pieces)

    return ended


def _ended(reply: bytes) -> list[Ended]:
    found: list[Ended] = []
    for line in reply.decode("utf-8", "replace").split("\n"):
        try:
            entry = json.loads(line)
            status, text = entry["status"], entry["text"]
        except (ValueError, RecursionError, KeyError, TypeError):
            break
        if type(status) is not int or not isinstance(text, str):
            break
        found.append((status, text))
    return found


def _failure(page: Page, command: Command, ended: Ended) -> Finding:
    status, text = ended
    how = f"does not end within {_ONE_S:.0f} s" if status == _TIMED_OUT else f"ends with status {status}"
    message = f"`{one_line(bounded(command.text, 120))}` {how} on a fresh copy."
    remedy = "Correct the command, or say before it what it needs."
    place = located(page.path, command.line)
    return Finding("commands.failed", message, Severity.MEDIUM, place, remedy, source=SOURCE, detail=last_lines(text))


def _unrun(page: Page, command: Command) -> Finding:
    message = f"`{one_line(bounded(command.text, 120))}` was not run: {command.unrun}."
    return Finding("commands.not-run", message, Severity.NOTE, located(page.path, command.line), source=SOURCE)


def _table(found: Sequence[Command], ended: Mapping[Command, Ended]) -> Artefact:
    rows = []
    for command in found:
        status = ended.get(command, (0, ""))[0]
        fine = "collects its tests" if re.search(r"\bpytest\b", command.text) else "works"
        result = f"not run: {command.unrun}" if command.unrun else f"status {status}" if status else fine
        rows.append([str(command.line), visible(bounded(command.text, 160)), result])
    body = json.dumps({"columns": ["Line", "Command", "Result"], "rows": rows})
    return Artefact("documentation-commands", "The commands of the README", "table", body, METRIC)
