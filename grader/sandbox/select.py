"""Chooses the sandbox: bubblewrap or a refusal that says what to do; the unofficial one only if asked for by name."""

import os
from pathlib import Path

from grader.domain.errors import SandboxError
from grader.sandbox.api import Kind, Launch, Limits, Sandbox
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.process import Process
from grader.sandbox.runtime import refuse_exposed

_NAMESPACES_REFUSED = (
    "This machine refuses user namespaces. On Ubuntu 24.04 or newer: "
    "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`; in a container: start it with "
    "`--security-opt seccomp=unconfined --security-opt apparmor=unconfined` or on a virtual machine of its own. "
    "For practice without isolation: `--sandbox process`, which is never official."
)


def open_sandbox(kind: Kind, *, state_dir: Path) -> Sandbox:
    """A sandbox of that kind, proved by running something in it; ``auto`` is bubblewrap, never silently less.

    ``state_dir`` is made if it is missing, for the grader alone. ``SandboxError`` with the command that mends it.
    """
    check_state_dir(state_dir)
    if kind == "process":
        return Process()
    refuse_exposed([state_dir])
    sandbox = Bubblewrap()
    try:
        trial(sandbox)
    except BaseException:
        sandbox.close()
        raise
    return sandbox


def trial(sandbox: Bubblewrap) -> None:
    """Runs nothing in the sandbox; ``SandboxError`` with bubblewrap's output if even that fails."""
    launch = Launch(("-c", "print('inside')"), limits=Limits(wall_s=20))
    process = sandbox.start(launch, submission=None, deps=None)
    try:
        status = process.wait(25)
        output = process.output().decode(errors="replace").strip()
    finally:
        process.kill()
    if status or output != "inside":
        raise SandboxError(
            f"The sandbox does not start here: {output[-300:] or f'status {status}'}", _NAMESPACES_REFUSED
        )


def check_state_dir(state_dir: Path) -> None:
    """Makes it for this user alone; ``SandboxError`` if others could write what we shall trust."""
    state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    status = state_dir.stat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise SandboxError(
            f"{state_dir} can be written by others, so what the grader keeps there could not be trusted.",
            f"`chmod go-w {state_dir}`, or name another directory of your own.",
        )
