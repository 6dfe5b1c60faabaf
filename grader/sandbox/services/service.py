"""A server in a sandbox of its own: no network, its own user, and a Unix socket that only the grader reaches."""

import contextlib
import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.domain.errors import EnvironmentError_
from grader.sandbox.api import FIRST_FD, SERVER_LIMITS, Launch, Limits, Mount, Process, Sandbox
from grader.sandbox.rundir import RunDir

_SUPERVISE = Path(__file__).with_name("supervise.py")
_WITHIN_S = 30.0


class SandboxedServer:
    """One server. ``directory`` is the grader's alone; ``socket_dir`` in it is where the server makes its socket.

    ``sandbox`` is the server's own, and closed with it.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        name: str,
        *,
        mounts: Sequence[Mount],
        template: Path | None = None,
        limits: Limits = SERVER_LIMITS,
    ) -> None:
        self._sandbox, self._name, self._limits = sandbox, name, limits
        self._rundir = RunDir()
        self.directory = self._rundir.path
        self.socket_dir = self.directory / "run"
        self.socket_dir.mkdir()
        self.socket_dir.chmod(0o711)  # for a sandbox that is given it; on this side the directory above is closed
        os.chown(self.socket_dir, sandbox.uid, -1)
        self.log_path = self.directory / "log"
        self._mounts = [*mounts, Mount(self.socket_dir, "/run/server", writable=True)]
        self._mounts += [Mount(_SUPERVISE, "/grader/supervise.py")]
        self._mounts += [Mount(template, "/template")] if template else []
        self._template = "/template" if template else ""
        self.data = "/tmp/data"
        if not sandbox.official:  # no /tmp of its own
            self.data = str(self.directory / "data")
        self._control: socket.socket | None = None
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        """Its sandbox. Only once it has been started."""
        assert self._process is not None
        return self._process

    def mount(self, mount: Mount) -> None:
        """Adds something that the server is to see; before its first start."""
        self._mounts.append(mount)

    def start(self, command: Sequence[str], answers: Callable[[], bool]) -> None:
        """Starts the sandbox if need be, and the server; returns once ``answers()``. Its data are those of before."""
        if self._process is None:
            self._launch(command)
        self._tell(b"start\n")
        deadline = time.monotonic() + _WITHIN_S
        while not answers():
            if time.monotonic() > deadline or (self._process and self._process.poll() is not None):
                raise self._fault("did not start")
            time.sleep(0.003)

    def halt(self) -> None:
        """Stops the server and keeps its data."""
        if self._process is not None:
            self._tell(b"stop\n")

    def close(self) -> None:
        """Kills the sandbox and removes every trace of it."""
        if self._process is not None:
            self._process.kill()
        if self._control is not None:
            self._control.close()
        self._process = self._control = None
        self._sandbox.close()
        self._rundir.close()

    def _launch(self, command: Sequence[str]) -> None:
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_WITHIN_S)
        log = os.open(self.log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fds = (theirs.fileno(), log)
            inside = (str(FIRST_FD), str(FIRST_FD + 1))
            argv = ("/grader/supervise.py", *inside, self._template, self.data, *command)
            env = {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
            launch = Launch(argv, env=env, mounts=tuple(self._mounts), limits=self._limits, pass_fds=fds, cwd="/tmp")
            self._process = self._sandbox.start(launch, submission=None, deps=None)
        finally:
            theirs.close()
            os.close(log)

    def _tell(self, word: bytes) -> None:
        """Gives the supervisor one order and waits until it is done."""
        assert self._control is not None
        with contextlib.suppress(OSError):
            self._control.sendall(word)
            if self._control.recv(64):
                return
        raise self._fault(f"did not {word.decode().strip()}")

    def _fault(self, what: str) -> EnvironmentError_:
        output = self._process.output() if self._process else b""
        with contextlib.suppress(OSError):
            output += self.log_path.read_bytes()[-400:]
        return EnvironmentError_(
            f"{self._name} {what}: {output.decode(errors='replace').strip()[-400:]}",
            "Run `grader doctor`; if it finds nothing, try again.",
        )


def password() -> str:
    """A password that nobody guesses, without characters that a URL would have to quote."""
    return secrets.token_hex(16)
