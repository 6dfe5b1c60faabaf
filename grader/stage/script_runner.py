"""Runs inside the sandbox of a machine: runs scripts one after the other, and tells what came of each.

Started with the number of a stream socket, on which each line is a JSON object: ``{"script", "env", "fds"}`` comes,
``{"code", "out", "exported"}`` goes. What a script leaves running or in /tmp is there for the next one. It shares the
machine with code of the project, which could answer in its place: what it says is a claim. Standard library only.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from typing import IO, Any

OUTPUT_BYTES = 4096
EXPORTED_BYTES = 64 << 10
# Whatever it exported when it ended, by `exit` as well; one that sets a trap of its own is asked at its last line.
_SCRIPT = """trap '/usr/bin/env -0 >>{told}' EXIT
{script}
set -- "$?"; /usr/bin/env -0 >>{told}; exit "$1"
"""


def run(script: str, env: dict[str, str], fds: list[int]) -> dict[str, Any]:
    """The exit code of a script of `sh -e`, the end of what it wrote, and its variables when it ended.

    Of the open descriptors it has those of ``fds`` alone.
    """
    with tempfile.TemporaryFile() as said, tempfile.NamedTemporaryFile(prefix="exported-") as told:
        ran = subprocess.run(
            ["sh", "-e", "-c", _SCRIPT.format(told=told.name, script=script)],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            pass_fds=fds,
            check=False,
        )
        said.seek(max(0, said.seek(0, os.SEEK_END) - OUTPUT_BYTES))
        return {"code": ran.returncode, "out": _text(said, OUTPUT_BYTES), "exported": _variables(told)}


def _variables(file: IO[bytes]) -> dict[str, str]:
    """Variables as `env -0` writes them; what was said last is what holds."""
    pairs = (one.partition("=") for one in _text(file, EXPORTED_BYTES).split("\0"))
    return {name: value for name, there, value in pairs if there}


def _text(file: IO[bytes], most: int) -> str:
    return file.read(most).decode("utf-8", "replace")


def main() -> None:
    """Answers each line with a line until the other side closes."""
    with socket.socket(fileno=int(sys.argv[1])) as control:
        control.set_inheritable(False)
        with control.makefile("rw", encoding="utf-8", newline="\n") as lines:
            while line := lines.readline():
                asked = json.loads(line)
                lines.write(json.dumps(run(asked["script"], asked["env"], asked["fds"])) + "\n")
                lines.flush()


if __name__ == "__main__":
    main()
