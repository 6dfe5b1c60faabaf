"""A server is a process with a port on loopback."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_SECONDS = 20


# Below those that systems give to connections (from 32768 on): a server that is stopped and started
# again must not find that somebody's connection has its port meanwhile.
PORTS = range(20_000, 32_000)


def free_port() -> int:
    """A port that nobody listens on now. Raises OSError where there is none."""
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("Every port is taken.")


def eventually(what: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until it is so; AssertionError when it never is."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """A program, its output in a file, in a process group of its own."""

    def __init__(
        self, command: list[str], *, output: Path, env: dict[str, str] | None = None
    ) -> None:
        self.command, self.output, self.env = command, output, env
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; what it says is added to the file."""
        with self.output.open("ab") as output:
            self._running = subprocess.Popen(  # noqa: S603  our own command
                self.command,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.env,
                start_new_session=True,
            )

    def send(self, number: signal.Signals) -> None:
        """A signal to the process itself."""
        assert self._running is not None
        os.kill(self._running.pid, number)

    def send_all(self, number: signal.Signals) -> None:
        """A signal to the process and all its children."""
        assert self._running is not None
        os.killpg(self._running.pid, number)

    def children(self) -> set[int]:
        """What it has forked and is still there."""
        assert self._running is not None
        pid = self._running.pid
        return set(
            map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        )

    def kill_children(self) -> None:
        """SIGKILL to all that it has forked, as the kernel does when memory runs out."""
        for child in self.children():
            os.kill(child, signal.SIGKILL)

    def wait(self) -> int:
        """How it ended."""
        assert self._running is not None
        return self._running.wait(PATIENCE_SECONDS)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it, whatever it is doing."""
        if self._running is None or self._running.poll() is not None:
            return
        self.send(number)
        try:
            self._running.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.send_all(signal.SIGKILL)
            self._running.wait()

    def said(self) -> str:
        """All that it has said so far."""
        return self.output.read_text(errors="replace")
