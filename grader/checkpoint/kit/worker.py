"""A worker of a deployment: a process beside the server, with its children, its log and its metrics."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.checkpoint.kit.log import log_lines
from grader.sandbox import http
from grader.sandbox.api import Process
from grader.stage import platform as stage_platform
from grader.stage.outcome import Late
from grader.stage.registry import find
from grader.stage.stage import Stage
from grader.stage.witness.server import wait_until

METRICS_S = 10.0


@dataclass
class Running:
    """A worker: a process beside the server, with its children."""

    platform: stage_platform.Platform
    process: Process
    stage: Stage
    metrics_socket: Path

    def metrics(self, within_s: float = METRICS_S) -> str:
        """What its port of metrics answers at `/metrics`; fails the check if that is not 200 in time."""
        last: http.Response | None = None

        def is_there() -> bool:
            nonlocal last
            with suppress(ConnectionError, TimeoutError):
                last = http.request(self.metrics_socket, "GET", "/metrics", client=None)
            return last is not None and last.status_code == 200

        if wait_until(is_there, within_s) and last is not None:
            return last.text
        seen = f"status {last.status_code}" if last else "no answer"
        raise Late(f"200 for /metrics at WORKER_METRICS_PORT of a worker within {within_s:g} s", seen)

    def cut(self, *services: str) -> None:
        """From now on these services (``postgres``, ``redis``) are not there for this worker."""
        for name in services:
            self.stage.services.fault(self.process, find(name), "cut")

    def restore(self, *services: str) -> None:
        """From now on they are there again."""
        for name in services:
            self.stage.services.fault(self.process, find(name), "ok")

    def kill(self) -> None:
        """SIGKILL, to it and its children."""
        self.platform.kill(self.process)

    def terminate(self) -> None:
        """SIGTERM to its main process."""
        self.process.terminate()

    def ended(self, within_s: float) -> int:
        """Its exit code; fails the check if it runs for these seconds more."""
        return exit_code(self.process, "the worker", within_s)

    def output(self) -> str:
        """What it wrote to standard output and error so far."""
        return self.process.output().decode("utf-8", "replace")

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        """Its log lines as objects, those of an event or all; what does not begin with ``{`` is no log line."""
        return log_lines(self.output(), event)


def exit_code(process: Process, what: str, within_s: float) -> int:
    """With which code a process ends, 128 + N after signal N; fails the check if it runs for these seconds more."""
    try:
        return process.wait(within_s)
    except TimeoutError:
        raise Late(f"{what} ends within {within_s:g} s after `SIGTERM`", "it still runs") from None
