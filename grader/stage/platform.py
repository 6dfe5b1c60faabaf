"""A whole deployment of module 05: the server with its people, workers, and what they send to."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from grader.sandbox.api import Launch, Limits, Process
from grader.stage import registry
from grader.stage.beat import run_beat
from grader.stage.console import Console
from grader.stage.operator import Operator
from grader.stage.people import Place
from grader.stage.port_of_process import PortOfProcess
from grader.stage.registry import POSTGRES, REDIS, REGISTRY
from grader.stage.serving import deployment
from grader.stage.stage import Stage
from grader.stage.standing import StandingServer
from grader.stage.witness import collector, mail
from grader.stage.witness.collector import Collector
from grader.stage.witness.mail import MailServer

if TYPE_CHECKING:
    from grader.sandbox.services.roles import Login

WORKER_METRICS_PORT = 9100
WORKER = ("-m", "celery", "-A", "config.celery", "worker", "--queues", "comments,mail,analytics")
# A worker with its children, each of which has loaded the project.
_LIMITS = Limits(wall_s=600.0, memory_mb=2048, processes=96)
QUEUES_DB = 1
# Short waits, so that a check that has to see a retry or a return sees it.
_SHORT = {
    "TASK_BACKOFF_SECONDS": "1",
    "TASK_BACKOFF_MAX_SECONDS": "1",
    "EMAIL_TIMEOUT_SECONDS": "2",
    "OTEL_BSP_SCHEDULE_DELAY": "200",
}


class Platform:
    """What runs of one deployment. Everything ends with ``stack``."""

    def __init__(
        self,
        stage: Stage,
        standing: StandingServer,
        stack: ExitStack,
        env: Mapping[str, str | None] | None = None,
        *,
        as_configured: bool = False,
    ) -> None:
        self._stage, self._standing, self._stack = stage, standing, stack
        self.mail, self.collector = MailServer(), Collector()
        self._consoles: list[Console] = []
        stack.callback(self.mail.close)
        stack.callback(self.collector.close)
        self._more: dict[int, Path] = {mail.PORT: self.mail.socket, collector.PORT: self.collector.socket}
        self.env: dict[str, str | None] = {**standing.env, **self._variables(), **(env or {})}
        self.web: Place = standing.own(stack, env=self.env, more=self._more, as_configured=as_configured)

    def restart(self, env: Mapping[str, str | None] | None = None, *, anew: bool = True) -> None:
        """Serves the same database by another server, with these variables more; ``web`` is that one from now on.

        Redis is as at the start if it is ``anew``, else as it was left.
        """
        given = {**self.env, **(env or {})}
        self.web = self._standing.restart(self._stack, self.web, env=given, more=self._more, anew=anew)
        for console in self._consoles:
            console.serve(self.web.server)

    def add_stranger(self) -> "tuple[Login, str]":
        """A login of PostgreSQL that has no rights in the database yet, and ``DATABASE_URL`` with it."""
        services = self._stage.services
        login = services.postgres_server.add_stranger(self.web.database)
        inside = self._stage.sandbox.reserve(registry.ports())
        return login, services.postgres_server.url(inside[POSTGRES.port], self.web.database, login)

    def operator(self) -> Operator:
        """Somebody who runs scripts of the project beside its server."""
        return Operator(self._stage, self._stack, self.web.database)

    def console(self) -> Console:
        """Where somebody follows a runbook beside its server."""
        login = self._stage.services.postgres_server.login(self.web.database)
        given = deployment(self._stage, self.web.database, env={**self.env, "PGPASSWORD": login.password})
        self._consoles.append(Console(self._stage, self._stack, self.web.server, given, self._more))
        return self._consoles[-1]

    def run_beat(self, *, begins: float, ends: float, within_s: float) -> Iterator[float]:
        """Beat of this deployment, as ``beat.run_beat`` does it."""
        return run_beat(lambda argv, fds: self.run(argv, pass_fds=fds), begins=begins, ends=ends, within_s=within_s)

    def run_worker(self, env: Mapping[str, str | None] | None = None) -> tuple[Process, Path]:
        """A worker of all queues, and the socket that leads to the port of its metrics."""
        port = PortOfProcess(WORKER_METRICS_PORT, WORKER)
        self._stack.callback(port.close)
        given = {"WORKER_METRICS_PORT": str(WORKER_METRICS_PORT), **(env or {})}
        return self.run(port.argv, given, pass_fds=(port.listener.fileno(),)), port.socket

    def run(
        self,
        argv: tuple[str, ...],
        env: Mapping[str, str | None] | None = None,
        *,
        pass_fds: tuple[int, ...] = (),
    ) -> Process:
        """Another process of this deployment, in a sandbox of its own, with everything in reach that the server has.

        ``argv`` is Python's arguments, ``("manage.py", "dead_letters")`` for example.
        """
        stage = self._stage
        stage.check_time()
        launch = Launch(
            argv,
            pass_fds=pass_fds,
            env=deployment(stage, self.web.database, env={**self.env, **(env or {})}),
            limits=_LIMITS,
            ports=(*registry.ports(), *self._more),
            sources=stage.spec.layout.sources,
        )
        process = stage.sandbox.start(launch, submission=stage.spec.submission, deps=stage.spec.deps)
        self._stack.callback(stage.services.kill, process)
        for service in REGISTRY:
            stage.services.attach(process, service)
        for port, socket in self._more.items():
            stage.services.connect(process, port, socket)
        return process

    def kill(self, process: Process) -> None:
        """Ends a process that ``run`` gave and all of its children, by SIGKILL, whatever they are at work on."""
        self._stage.services.kill(process)

    def _variables(self) -> dict[str, str]:
        inside = self._stage.sandbox.reserve((*registry.ports(), *self._more))
        services = self._stage.services
        posted = f"127.0.0.1:{inside[collector.PORT]}"
        return {
            **_SHORT,
            "JWT_SIGNING_KEY": secrets.token_hex(32),
            "BROKER_URL": services.redis_server.url(inside[REDIS.port], QUEUES_DB),
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(inside[mail.PORT]),
            "EMAIL_USE_TLS": "false",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{posted}",
            "SENTRY_DSN": f"http://{secrets.token_hex(16)}@{posted}/1",
        }
