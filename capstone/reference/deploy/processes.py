# FILE SOLUTION 06
"""The processes of a release: web, worker, and the clock of the release that serves."""

import asyncio
import contextlib
import os
import signal
import socket
from asyncio.subprocess import Process
from pathlib import Path

from deploy.target import Target, environment, python

WORKER_STARTS_SECONDS = 120
# Longer than gunicorn's graceful_timeout, and than the time limit of a task.
PATIENCE_SECONDS = {"web": 45, "worker": 90, "beat": 15}
CELERY = ("celery", "-A", "config.celery")
QUEUES = "comments,mail,analytics"


class Release:
    """A version that runs, from its folder in `target`; `port` is that of its web server."""

    def __init__(self, target: Target, version: str) -> None:
        self.version, self.port = version, _free_port()
        self._folder = target.release(version)
        self._logs = target.root / "logs"
        self._processes: dict[str, Process] = {}

    async def start(self) -> str:
        """Start web and worker. Why the worker does not work, or nothing if it does."""
        bind = f"127.0.0.1:{self.port}"
        # One request for each connection: none is lost when the server that it came by ends.
        web = [
            "gunicorn",
            "config.wsgi:application",
            "--bind",
            bind,
            "--keep-alive",
            "0",
        ]
        await self._start("web", *web)
        name = f"{self.version}@%h"  # two versions work beside each other for a while
        words = ["worker", "--loglevel", "info", "--queues", QUEUES, "--hostname", name]
        said = _size(self._log("worker"))  # by this version, when it ran before
        await self._start("worker", *CELERY, *words)
        return await self._worker_is_wrong(said)

    async def start_clock(self) -> None:
        """Start Beat: exactly one may run, that of the release that serves."""
        schedule = str(self._logs / f"{self.version}-beat-schedule")
        await self._start("beat", *CELERY, "beat", "--schedule", schedule, "--pidfile=")

    async def _start(self, name: str, *words: str) -> None:
        # Two workers would want the same port for their metrics.
        env = environment(self._folder, WORKER_METRICS_PORT="0")
        with self._log(name).open("ab") as log:
            self._processes[name] = await asyncio.create_subprocess_exec(
                python(self._folder),
                "-m",
                *words,
                cwd=self._folder,
                env=env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def _worker_is_wrong(self, said: int) -> str:
        times = WORKER_STARTS_SECONDS * 10
        for _ in range(times):
            if b" ready." in self._log("worker").read_bytes()[said:]:
                return ""
            if gone := [
                name
                for name, one in self._processes.items()
                if one.returncode is not None
            ]:
                return f"its {gone[0]} ended at once, see {self._log(gone[0])}"
            await asyncio.sleep(0.1)
        return f"its worker did not start, see {self._log('worker')}"

    async def stop(self, *names: str) -> None:
        """End these processes, or all, as an orchestrator does: SIGTERM, patience, SIGKILL."""
        chosen = [
            name for name in names or tuple(self._processes) if name in self._processes
        ]
        await asyncio.gather(*(self._stop(name) for name in chosen))

    async def _stop(self, name: str) -> None:
        process = self._processes.pop(name)
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), PATIENCE_SECONDS[name])
        with contextlib.suppress(ProcessLookupError):  # and what it has forked
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    def pids(self) -> dict[str, int]:
        """The processes that are there."""
        found = self._processes.items()
        return {name: one.pid for name, one in found if one.returncode is None}

    def _log(self, name: str) -> Path:
        return self._logs / f"{self.version}-{name}.log"


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
