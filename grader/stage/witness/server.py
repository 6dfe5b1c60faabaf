"""What the witnesses have in common: a Unix socket on this side, a thread for each connection, bounds on both."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Protocol

from grader.sandbox.rundir import RunDir

_MOST_CONNECTIONS = 64
_SILENT_S = 30.0


class Converse(Protocol):
    """Speaks with one client until it has said all.

    An ``OSError``, ``ValueError`` or ``HTTPException`` ends the connection, as whatever a client says may.
    """

    def __call__(self, connection: socket.socket) -> None:
        """``connection`` waits for the client for a bounded time."""


class WitnessServer:
    """Listens at ``socket`` and has each client conversed with. Who comes while too many are there is hung up on."""

    def __init__(self, name: str, converse: Converse) -> None:
        self._name, self._converse = name, converse
        self._rundir = RunDir()
        self.socket: Path = self._rundir.path / "witness"
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.socket))
        self._listener.listen(64)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, name=name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends it and every conversation."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._rundir.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if len(self._open) >= _MOST_CONNECTIONS:
                    connection.close()
                    continue
                self._open.add(connection)
            connection.settimeout(_SILENT_S)
            threading.Thread(target=self._serve, args=(connection,), name=self._name, daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, contextlib.suppress(OSError, ValueError, HTTPException):
                self._converse(connection)
        finally:
            with self._lock:
                self._open.discard(connection)


def wait_until(holds: Callable[[], object], within_s: float) -> bool:
    """Whether it comes to hold within these seconds."""
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
