"""A port inside a sandbox that the grader can ask at: a program beside the project's passes on what comes to a socket.

The sandbox has a network of its own, so nobody outside reaches a server in it that was not handed its listener.
"""

import socket
from pathlib import Path

from grader.sandbox.api import FIRST_FD
from grader.sandbox.rundir import RunDir

# Standard library, and started before the project's program: a child, which ends with its sandbox.
_PASSING_ON = """
import os, runpy, socket, sys, threading

inside = socket.socket(fileno={fd})


def pass_on(outer):
    try:
        with outer, socket.create_connection(("127.0.0.1", {port}), 5) as inner:
            inner.sendall(outer.recv(65536))
            while data := inner.recv(65536):
                outer.sendall(data)
    except OSError:
        pass


if os.fork() == 0:
    while True:
        threading.Thread(target=pass_on, args=(inside.accept()[0],), daemon=True).start()
inside.close()
sys.argv = sys.argv[2:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


class PortOfProcess:
    """``socket`` leads to a port of a process that is started with ``argv``, and ``listener`` among its descriptors.

    Each connection carries one request, of 64 KiB at most, and its answer.
    """

    def __init__(self, port: int, argv: tuple[str, ...]) -> None:
        if argv[:1] != ("-m",):
            raise ValueError("only a module can be started beside it")
        self._rundir = RunDir()
        self.socket: Path = self._rundir.path / "port"
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(self.socket))
        self.listener.listen(16)
        self.argv = ("-c", _PASSING_ON.format(fd=FIRST_FD, port=port), *argv)

    def close(self) -> None:
        """Removes it; again is no harm."""
        self.listener.close()
        self._rundir.close()
