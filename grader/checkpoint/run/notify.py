"""What the process of a lane lets the runner know: how far it is, and in what sandbox the project runs."""

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from grader.checkpoint.spec import SANDBOX, RunSpec
from grader.domain.errors import SandboxError
from grader.domain.status import Status
from grader.domain.text import one_line

if TYPE_CHECKING:
    from grader.sandbox.api import Sandbox

_LONGEST_LINE = 2000  # bytes: less than what a pipe takes as a whole (PIPE_BUF is 4096)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a check, as soon as it has ended.

    ``left`` checks of its criterion are still to come, ``urgent`` ones of those that the run begins with, ``checks``
    are all. The first of a project that does not start has ``stopped``, and is about no check.
    """

    criterion: str = ""
    status: Status = Status.PASSED
    left: int = 0
    urgent: int = 0
    checks: int = 0
    name: str = ""
    stopped: str = ""


def begin(spec: RunSpec, seconds: float, name: str) -> None:
    """A check begins, which has so many seconds."""
    _send(spec, f"begin {spec.lane} {seconds:.0f} {name}")


def end(spec: RunSpec, heard: Heard) -> None:
    """A check has ended."""
    facts = f"{heard.status} {heard.left} {heard.urgent} {heard.criterion}"
    _send(spec, f"end {spec.lane} {heard.checks} {facts} {heard.name}")


def stopped(spec: RunSpec, why: str) -> None:
    """The project did not start."""
    _send(spec, f"stopped {spec.lane} 0 {why}")


def heard(word: str, number: str, rest: str) -> Heard | None:
    """What a line says of a check or a start; nothing, if it is none of these."""
    if word == "stopped":
        return Heard(stopped=rest)
    if word != "end":
        return None
    status, left, urgent, criterion, name = rest.split(" ", 4)
    return Heard(criterion, Status(status), int(left), int(urgent), int(number), name)


def write_sandbox(spec: RunSpec, sandbox: "Sandbox") -> None:
    """How the submission is run apart, for the result."""
    official, unlimited = "yes" if sandbox.official else "no", "\n".join(sandbox.missing_limits())
    _write(spec, {"name": sandbox.name, "official": official, "unlimited": unlimited})


def write_refusal(spec: RunSpec, error: SandboxError) -> None:
    """Why there is no sandbox."""
    _write(spec, {"error": error.message, "hint": error.hint})


def _send(spec: RunSpec, line: str) -> None:
    """One line whatever is in it: words of a project may stand in it, and lanes write to one pipe."""
    told = one_line(line).encode(errors="backslashreplace")[:_LONGEST_LINE]
    with suppress(OSError):
        os.write(spec.progress_fd, told + b"\n")


def _write(spec: RunSpec, facts: dict[str, str]) -> None:
    (spec.folder / SANDBOX).write_bytes(msgspec.json.encode(facts))
