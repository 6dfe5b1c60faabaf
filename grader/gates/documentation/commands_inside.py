"""Runs the commands of a page beside the project: ``-c THIS SHELL``, with the commands as JSON in COMMANDS.

SHELL makes a virtual environment's shell around /deps. Each command runs in a shell of its own, in one copy of the
project, and finds the folder and the variables that the one before has left, as somebody who types them would. How each
ended is a line of JSON on descriptor 3, which no command inherits. Standard library only.
"""

import contextlib
import ctypes
import json
import os
import runpy
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

_NOT_DUMPABLE = 4  # PR_SET_DUMPABLE: what the commands start cannot look into this process
_SHOWN = 600
SHELL = next(path for path in ("/bin/bash", "/bin/sh") if Path(path).exists())
_CONTINUED = """state={state}
[ -f "$state" ] && . "$state"
[ -f "$state.folder" ] && cd "$(cat "$state.folder")"
trap 'export -p >"$state"; pwd >"$state.folder"' EXIT
set -e
"""
_RUNNER = """#!/bin/sh
[ "$1" = run ] && shift
exec "$@"
"""


def make_writable(root: Path) -> None:
    """As in a clone of one's own: the copy that is read for grading is nobody's to write to."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | stat.S_IWUSR)


def prepare(shell: str) -> dict[str, str]:
    """The environment of the commands: the project's packages, and runners such as ``poetry run``."""
    folder = Path(tempfile.mkdtemp(prefix="environment-")) / ".venv"
    runpy.run_path(shell)["make_shell"](folder, Path("/deps"))
    place = folder / "bin"
    for name in ("poetry", "uv", "pipenv", "pdm", "hatch"):
        (place / name).unlink(missing_ok=True)
        (place / name).write_text(_RUNNER)
        (place / name).chmod(0o755)
    home = tempfile.mkdtemp(prefix="home-")
    path = f"{place}:/deps/bin:{os.environ.get('PATH', '')}"
    own = {"PATH": path, "HOME": home, "VIRTUAL_ENV": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    own["TRACK_STATE"] = f"{tempfile.mkdtemp(prefix='state-')}/state"
    return {**os.environ, **own, "PYTEST_ADDOPTS": "--collect-only -q"}


def run(command: str, env: dict[str, str], within_s: float) -> tuple[int, str]:
    """How it ended, 124 where it did not within its time, and the end of what it wrote."""
    with tempfile.TemporaryFile() as written:
        process = subprocess.Popen(
            [SHELL, "-c", _CONTINUED.format(state=env["TRACK_STATE"]) + command],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(within_s)
        except subprocess.TimeoutExpired:
            status = 124
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        size = written.seek(0, os.SEEK_END)
        written.seek(max(0, size - _SHOWN))
        return status, written.read().decode("utf-8", "replace")


def main() -> None:
    """All commands, in turn."""
    ctypes.CDLL(None).prctl(_NOT_DUMPABLE, 0, 0, 0, 0)
    order = json.loads(os.environ.pop("COMMANDS"))
    os.set_inheritable(3, False)
    make_writable(Path.cwd())
    env = prepare(sys.argv[1])
    with os.fdopen(3, "w") as reply:
        for command in order["commands"]:
            status, text = run(command, env, order["within_s"])
            reply.write(json.dumps({"status": status, "text": text}) + "\n")
            reply.flush()


if __name__ == "__main__":
    main()
