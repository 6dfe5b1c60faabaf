# FILE SOLUTION 06
"""How commands reach who serves a target: JSON lines over a socket in its folder.

One connection is one deployment. When it ends before the switch, whatever was started for it is
ended as well.
"""

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.errors import DeploymentError, UsageError
from deploy.target import Target

NAME = "control.sock"


@contextlib.contextmanager
def socket_path(target: Target) -> Iterator[str]:
    """The socket's path, short enough for the system however long the target's is."""
    folder = os.open(target.root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)


class Control:
    """One deployment as the commands see it."""

    def __init__(self, connection: socket.socket) -> None:
        self._lines = connection.makefile("rw", encoding="utf-8")

    def ask(self, do: str, **words: str) -> dict[str, Any]:
        """What is answered. Raises DeploymentError where it says that it did not work."""
        try:
            self._lines.write(json.dumps({"do": do, **words}) + "\n")
            self._lines.flush()
            line = self._lines.readline()
        except OSError:
            line = ""
        if not line:
            raise DeploymentError(
                "Who serves the target has ended: look into its output."
            )
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise DeploymentError(answer["error"])
        return answer


@contextlib.contextmanager
def control(target: Target) -> Iterator[Control]:
    """A deployment. Raises UsageError where nobody serves the target."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            with socket_path(target) as path:
                connection.connect(path)
        except OSError:
            raise UsageError(
                f"Nobody serves {target.root}: start `python -m deploy serve` for it first."
            ) from None
        yield Control(connection)


def is_served(path: str) -> bool:
    """Whether somebody listens there; what a process left behind that is gone is removed."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            Path(path).unlink()
            return False
        except OSError:
            return False
    return True
