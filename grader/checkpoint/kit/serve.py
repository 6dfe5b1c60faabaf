"""The fixture ``serve``: the submission as production serves it, with real PostgreSQL and Redis behind it."""

from collections.abc import Mapping
from typing import Any

from grader.checkpoint.kit.case import Case
from grader.checkpoint.kit.http import Response
from grader.domain.words import bounded
from grader.sandbox.server import ApplicationServer
from grader.sandbox.services.relay import Mode
from grader.stage.outcome import Failed, Late
from grader.stage.registry import find
from grader.stage.services import Services
from grader.stage.serving import serve
from grader.stage.stage import Stage


class Served:
    """gunicorn with the submission. Requests arrive as plain HTTP from 127.0.0.1, with Host ``localhost``."""

    def __init__(self, server: ApplicationServer, services: Services) -> None:
        self._server, self._services = server, services

    def silence(self, *services: str) -> None:
        """From now on these services (``postgres``, ``redis``) take what this server sends, and say nothing."""
        self._network("hang", services)

    def restore(self, *services: str) -> None:
        """From now on they answer again, what hung too."""
        self._network("ok", services)

    def _network(self, mode: Mode, services: tuple[str, ...]) -> None:
        for name in services:
            self._services.fault(self._server.process, find(name), mode)

    def ready_within(self, seconds: float, path: str = "/healthz", headers: Mapping[str, str] | None = None) -> float:
        """Seconds from start to the first 200; fails the check if there is none in time."""
        try:
            return self._server.ready_within(seconds, path, headers)
        except (TimeoutError, ConnectionError) as error:
            kind = Late if isinstance(error, TimeoutError) else Failed
            raise kind(f"200 from {path} within {seconds:g} s of the start", bounded(str(error), 200)) from None

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        within_s: float = 10.0,
    ) -> Response:
        """One request, no redirect followed; fails the check if no complete answer comes in time."""
        try:
            answer = self._server.request(method, path, headers, body, timeout_s=within_s)
        except (TimeoutError, ConnectionError) as error:
            kind = Late if isinstance(error, TimeoutError) else Failed
            raise kind(f"an answer to {method} {path} within {within_s:g} s", bounded(str(error), 200)) from None
        return Response(answer.status_code, answer.pairs, answer.body)

    def get(self, path: str, **options: Any) -> Response:
        """GET, with the options of ``request``."""
        return self.request("GET", path, **options)


class Serve:
    """``serve(settings=…, env=…)``."""

    def __init__(self, case: Case, stage: Stage) -> None:
        self._case, self._stage = case, stage

    def __call__(
        self,
        settings: str | None = None,
        *,
        env: Mapping[str, str | None] | None = None,
        migrate: bool = True,
    ) -> Served:
        """Starts it after ``migrate``, on a database of its own, under these settings or those of a deployment.

        ``env`` adds variables; ``None`` takes one away.
        """
        server = serve(self._stage, self._case.stack, settings=settings or "", env=env, migrate=migrate)
        return Served(server, self._stage.services)
