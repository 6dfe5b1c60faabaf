"""What the process of a lane lets the runner know: how far it is, and in what sandbox the project runs."""

import os
from contextlib import suppress

import msgspec

from grader.checkpoint.spec import SANDBOX, RunSpec
from grader.domain.errors import SandboxError
from grader.sandbox.api import Sandbox


def begin(spec: RunSpec, seconds: float, name: str) -> None:
    """A check begins, which has so many seconds."""
    _send(spec, f"begin {spec.lane} {seconds:.0f} {name}")


def end(spec: RunSpec, checks: int, name: str) -> None:
    """A check has ended; there are so many in all."""
    _send(spec, f"end {spec.lane} {checks:.0f} {name}")


def write_sandbox(spec: RunSpec, sandbox: Sandbox) -> None:
    """How the submission is run apart, for the result."""
    official, unlimited = "yes" if sandbox.official else "no", "\n".join(sandbox.missing_limits())
    _write(spec, {"name": sandbox.name, "official": official, "unlimited": unlimited})


def write_refusal(spec: RunSpec, error: SandboxError) -> None:
    """Why there is no sandbox."""
    _write(spec, {"error": error.message, "hint": error.hint})


def _send(spec: RunSpec, line: str) -> None:
    with suppress(OSError):
        os.write(spec.progress_fd, f"{line}\n".encode())


def _write(spec: RunSpec, facts: dict[str, str]) -> None:
    (spec.folder / SANDBOX).write_bytes(msgspec.json.encode(facts))
