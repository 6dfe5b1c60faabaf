"""The submission as production serves it: in the sandbox, by the server that its layout names, on a Unix socket."""

import contextlib
import socket
import time
from collections.abc import Callable, Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Self

from grader.domain.layout import COURSE, Layout
from grader.sandbox import http
from grader.sandbox.api import FIRST_FD, Launch, Limits, Mount, Process, Sandbox
from grader.sandbox.rundir import RunDir


class ApplicationServer:
    """One server. Its listener is the grader's, passed in: questions wait in it while the server starts.

    ``ports`` are opened inside and their listeners handed out in ``process.listeners``: attach a relay to each at once.
    ``command`` gives Python's arguments for another server than the layout's, from the number of the listener; it is
    told who asks by a header. ``as_configured`` leaves processes, threads and times of gunicorn to the project's own
    configuration.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        *,
        submission: Path,
        deps: Path,
        env: Mapping[str, str],
        ports: tuple[int, ...] = (),
        layout: Layout = COURSE,
        workers: int = 2,
        limits: Limits | None = None,
        mounts: tuple[Mount, ...] = (),
        command: Callable[[int], tuple[str, ...]] | None = None,
        as_configured: bool = False,
    ) -> None:
        self._rundir, self.layout = RunDir(), layout
        self._takes_proxy_protocol = command is None and layout.server == "gunicorn"
        self.socket = self._rundir.path / "http"
        self._since = time.monotonic()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(self.socket))
            listener.listen(512)
            launch = Launch(
                command(FIRST_FD) if command else _command(layout, deps, FIRST_FD, workers, as_configured),
                env=env,
                mounts=mounts,
                limits=limits or Limits(wall_s=600.0),
                pass_fds=(listener.fileno(),),
                ports=ports,
                sources=layout.sources,
            )
            try:
                self.process: Process = sandbox.start(launch, submission=submission, deps=deps)
            except BaseException:
                self._rundir.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def ready_within(
        self, seconds: float, path: str = COURSE.health, headers: Mapping[str, str] | None = None
    ) -> float:
        """How many seconds after its start it answered 200 to ``path``.

        ``TimeoutError`` if it did not within ``seconds``, with its last answer; ``ConnectionError`` if it ended before.
        """
        last = "nothing"
        while (left := self._since + seconds - time.monotonic()) > 0:
            if (status := self.process.poll()) is not None:
                raise ConnectionError(f"the server ended with status {status}")
            with contextlib.suppress(ConnectionError, TimeoutError):
                answer = self.get(path, headers, timeout_s=left)
                if answer.status_code == 200:
                    return time.monotonic() - self._since
                last = f"status {answer.status_code}"
            time.sleep(0.02)
        raise TimeoutError(f"{path} did not answer 200 within {seconds:g} s; its last answer was {last}")

    def get(self, path: str, headers: Mapping[str, str] | None = None, timeout_s: float = 10.0) -> http.Response:
        """``request`` of GET."""
        return self.request("GET", path, headers, timeout_s=timeout_s)

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout_s: float = 10.0,
        client: str = "127.0.0.1",
    ) -> http.Response:
        """One request as if from ``client``; errors as of ``http.request``; a server that has ended refuses."""
        if self.process.poll() is not None:
            raise ConnectionError(f"the server ended with status {self.process.poll()}")
        peer = client if self._takes_proxy_protocol else None
        sent = dict(headers or {}) if peer else {"X-Forwarded-For": client, **(headers or {})}
        return http.request(self.socket, method, path, sent, body, timeout_s, client=peer)

    def output(self) -> bytes:
        """What it wrote to its log so far."""
        return self.process.output()

    def kill(self) -> None:
        """Ends it and its workers at once."""
        self.process.kill()
        self._rundir.close()


# Its listener comes to gunicorn as from systemd. Of one that ``-b`` names gunicorn removes the socket when it ends:
# it is not there inside, and gunicorn would end with 1.
_ACTIVATED = """
import os, runpy, sys
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
runpy.run_module("gunicorn", run_name="__main__", alter_sys=True)
"""


def _command(layout: Layout, deps: Path, fd: int, workers: int, as_configured: bool) -> tuple[str, ...]:
    """Python's arguments for the server that the layout names."""
    if layout.server == "uvicorn":
        # It reads no PROXY protocol; behind a Unix socket it believes the headers of whoever asks.
        return ("-m", "uvicorn", "--fd", str(fd), "--no-access-log", "--forwarded-allow-ips", "*", layout.application)
    if as_configured:
        return ("-c", _ACTIVATED, *_believing(deps), layout.application)
    # A worker that has not imported the project by then is killed and begins anew, for ever on a crowded machine.
    patience = ("--timeout", "120", "--graceful-timeout", "2")
    own = ("-b", f"fd://{fd}", "-w", str(workers), "--threads", "4", *patience, "--access-logfile", "/dev/null")
    return ("-m", "gunicorn", *own, *_believing(deps), layout.application)


def _believing(deps: Path) -> list[str]:
    """gunicorn's arguments, by which it believes the grader who asks, in its sandbox.

    Without PROXY protocol REMOTE_ADDR would be empty, which no production server has it be.
    """
    options = ["--proxy-protocol", "--proxy-allow-from", "*", "--forwarded-allow-ips", "*"]
    if Path("/dev/shm").is_dir():
        options += ["--worker-tmp-dir", "/dev/shm"]
    if _version(deps, "gunicorn") >= (25, 1):
        options.append("--no-control-socket")
    return options


def _version(deps: Path, name: str) -> tuple[int, ...]:
    """The first two numbers of a package's version in ``deps``, read as data; (0, 0) without it."""
    for distribution in distributions(path=[str(deps)], name=name):
        numbers = distribution.version.split(".")[:2]
        if all(number.isdecimal() for number in numbers):
            return tuple(map(int, numbers))
    return (0, 0)
