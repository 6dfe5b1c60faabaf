"""The fixture ``platform``: the submission as it is operated, with workers, queues, and what it sends to."""

import base64
import json
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from grader.checkpoint.kit.api import Api
from grader.checkpoint.kit.beat import Sent, take
from grader.checkpoint.kit.case import Case
from grader.checkpoint.kit.commands import CommandOutput
from grader.checkpoint.kit.files import Files
from grader.checkpoint.kit.log import json_object, log_lines
from grader.checkpoint.kit.operator import Operator
from grader.checkpoint.kit.queries import Queries, by_log, counting
from grader.checkpoint.kit.reports import events_of
from grader.checkpoint.kit.runbook import Runbook, blocks_of
from grader.checkpoint.kit.runtime_role import RuntimeRole
from grader.checkpoint.kit.spans import Span, spans_of
from grader.checkpoint.kit.worker import Running, exit_code
from grader.domain.words import bounded
from grader.sandbox.http import proxy_line
from grader.stage import platform as stage_platform
from grader.stage.console import handed_over
from grader.stage.outcome import Failed, Late
from grader.stage.shell import Ran
from grader.stage.stage import Stage
from grader.stage.standing import StandingServer
from grader.stage.witness.collector import Collector
from grader.stage.witness.mail import MailServer
from grader.stage.witness.server import wait_until

if TYPE_CHECKING:
    from redis import Redis

# Wide: nobody is slow on purpose, and a machine that grades is a busy one.
READY_S = 60.0
SETTLED_S = 60.0
COMMAND_S = 60.0
BEAT_S = 180.0
SAYING_S = 5.0
_READ = ("comments", "mail", "analytics")  # the queues that workers read
# A message is in no queue and in no hand for a moment, while a worker takes it.
_QUIET_S = 0.3
_MOST_MESSAGES = 1_000
_MOST_SAID = 64 << 10


@dataclass
class Platform:
    """``web`` is asked as ``api`` is; ``mail`` and ``collector`` are what the deployment sends to."""

    web: Api
    stage: Stage
    deployment: stage_platform.Platform

    @property
    def mail(self) -> MailServer:
        """The mail server that it was told of."""
        return self.deployment.mail

    @property
    def collector(self) -> Collector:
        """Where it posts traces (below ``/v1/traces``) and errors (below ``/api/``)."""
        return self.deployment.collector

    def spans(self) -> list[Span]:
        """All spans that were posted so far."""
        return [span for one in self.collector.below("/v1/traces") for span in spans_of(one.body)]

    def reports(self) -> list[dict[str, Any]]:
        """All events that were reported so far."""
        posted = self.collector.below("/api/")
        return [event for one in posted if "/envelope" in one.path for event in events_of(one.body)]

    def say(self, data: bytes, *, within_s: float = SAYING_S) -> bytes:
        """Sends the server something that need not be HTTP, on a connection of its own; what it says to that.

        Waits until it has closed the connection, for so many seconds at most.
        """
        ends, said = time.monotonic() + within_s, b""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line, suppress(OSError):
            line.settimeout(within_s)
            line.connect(str(self.web.place.server.socket))
            line.sendall(proxy_line() + data)
            while (more := line.recv(4096)) and time.monotonic() < ends:
                said = (said + more)[:_MOST_SAID]
        return said

    @contextmanager
    def connected(self, data: bytes = b"") -> Iterator[None]:
        """In the block there is a connection to the server on which this was sent, and no more comes."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.connect(str(self.web.place.server.socket))
            line.sendall(proxy_line() + data)
            yield

    def terminate(self) -> None:
        """SIGTERM to the main process of the server."""
        self.web.place.server.process.terminate()

    def ended(self, within_s: float) -> int:
        """The exit code of the server; fails the check if it runs for these seconds more."""
        return exit_code(self.web.place.server.process, "the server", within_s)

    def worker(self, *, env: Mapping[str, str | None] | None = None, within_s: float = READY_S) -> Running:
        """A worker of all queues, which waits for messages; fails the check if it does not in time."""
        listening = self._listening()
        process, port = self.deployment.run_worker(env)
        worker = Running(self.deployment, process, self.stage, port)

        def is_ready() -> bool:
            return worker.process.poll() is not None or self._listening() > listening

        if not wait_until(is_ready, within_s) or worker.process.poll() is not None:
            said = bounded((worker.output().strip().splitlines() or ["nothing"])[-1], 200)
            kind = Late if worker.process.poll() is None else Failed
            raise kind(f"a worker that is ready within {within_s:g} s of its start", f"its last words are: {said}")
        return worker

    def beat(self, *, hours: float, begins: datetime, within_s: float = BEAT_S) -> list[Sent]:
        """What Beat sends in so many hours from that moment on, which go by in seconds; taken out of the queues.

        Fails the check if it does not get through them in time.
        """
        began = begins.timestamp()
        moments = self.deployment.run_beat(begins=began, ends=began + hours * 3600, within_s=within_s)
        with self._queues() as client:
            return [sent for now in moments for sent in take(client, _READ, began=began, now=now)]

    def put_back(self, sent: Iterable[Sent]) -> None:
        """Puts messages of Beat's into their queues again."""
        with self._queues() as client:
            for one in sent:
                client.lpush(one.queue, one.message)

    def runtime_role(self) -> RuntimeRole:
        """A role of PostgreSQL that has no rights in the database yet."""
        login, url = self.deployment.add_stranger()
        return RuntimeRole(login, url, self.deployment.web.database, self.stage)

    def operator(self) -> Operator:
        """Whoever runs scripts of the project: with PostgreSQL's programs, as a role that may make databases."""
        return Operator(self.deployment.operator())

    def runbook(self, path: str, *, env: Mapping[str, str] | None = None) -> Runbook:
        """A page of the project's, to be followed where the application runs, with these variables more."""
        blocks, console = blocks_of(Files(self.stage.spec.submission).text(path)), self.deployment.console()

        def run(script: str, exported: Mapping[str, str], within_s: float) -> Ran:
            return console.run(script, {**(env or {}), **exported}, within_s=within_s)

        return Runbook(path, blocks, run)

    def restart_as_exported(self, runbook: Runbook) -> None:
        """Kills the server; another one serves its database, with what the blocks have exported."""
        self.deployment.restart(handed_over(runbook.exported), anew=False)
        self.web.place = self.deployment.web

    def restart(self, *, env: Mapping[str, str | None] | None = None) -> None:
        """Kills the server; from now on another one serves its database, with these variables more."""
        self.deployment.restart(env)
        self.web.place = self.deployment.web

    def command(
        self, *argv: str, env: Mapping[str, str | None] | None = None, within_s: float = COMMAND_S
    ) -> CommandOutput:
        """Runs Python with these arguments beside the server, as an operator would: ``("manage.py", "dead_letters")``.

        Fails the check if it has not ended by then.
        """
        process = self.deployment.run(argv, env)
        try:
            code = process.wait(within_s)
        except TimeoutError:
            raise Late(f"`{' '.join(argv)}` ended within {within_s:g} s", "it still runs") from None
        finally:
            self.deployment.kill(process)
        return CommandOutput(code, process.output().decode("utf-8", "replace"))

    def queries(self) -> AbstractContextManager[Queries]:
        """Counts what is asked of PostgreSQL in the block, by the server or by workers."""
        log = self.stage.services.postgres_server.log
        return counting(log.mark, by_log(log.since))

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        """The log lines of the server."""
        return log_lines(self.web.place.server.output().decode("utf-8", "replace"), event)

    def waiting(self, queue: str) -> int:
        """How many messages wait in a queue, one that a worker has in hand not among them."""
        with self._queues() as client:
            return int(client.llen(queue))

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """The first thousand messages of a queue, as the transport stores them.

        Fails the check if one is no JSON object.
        """
        with self._queues() as client:
            found = [json_object(one) for one in client.lrange(queue, 0, _MOST_MESSAGES - 1)]
        if not all(isinstance(one, dict) for one in found):
            raise Failed(f"JSON objects in the queue {queue}", "something else")
        return found

    def dead_letters(self) -> list[dict[str, Any]]:
        """The objects in the bodies of the messages in ``dead``; fails the check if one of them holds none."""
        found = []
        for message in self.messages("dead"):
            try:
                body = json_object(base64.b64decode(message["body"], validate=True))
            except (KeyError, TypeError, ValueError):
                body = None
            if not isinstance(body, dict):
                raise Failed("in `dead` messages whose `body` is a JSON object in Base64", bounded(str(message), 200))
            found.append(body)
        return found

    def send_again(self, queue: str, *, most: int = _MOST_MESSAGES) -> int:
        """Puts each message that waits in a queue there once more, as a sender does that got no answer; how many.

        They are ``most`` at most.
        """
        found = self.messages(queue)[:most]
        with self._queues() as client:
            for message in found:
                if not isinstance(properties := message.get("properties"), dict):
                    raise Failed("messages with `properties`, as the transport has them", bounded(str(message), 200))
                properties = {**properties, "delivery_tag": secrets.token_hex(16)}
                client.lpush(queue, json.dumps({**message, "properties": properties}))
        return len(found)

    def settle(self, within_s: float = SETTLED_S) -> None:
        """Waits until all tasks are done; fails the check if messages wait or are in hand after these seconds."""
        deadline, since = time.monotonic() + within_s, None
        while since is None or time.monotonic() < since + _QUIET_S:
            unsettled = self._unsettled()
            since = None if unsettled else since or time.monotonic()
            if time.monotonic() > deadline and unsettled:
                raise Late(f"all tasks done within {within_s:g} s", f"{unsettled} messages wait or are in hand")
            time.sleep(0.02)

    def until(
        self, holds: Callable[[], object], *, expected: str, observed: Callable[[], object], within_s: float
    ) -> None:
        """Waits until it holds; fails the check after these seconds, with what is observed then."""
        if not wait_until(holds, within_s):
            raise Late(f"{expected} within {within_s:g} s", bounded(str(observed()), 300))

    def age_messages(self) -> None:
        """Makes what workers have in hand and have not acknowledged as old as it has to be to go to another one.

        The transport keeps it in a set by the time at which it was taken, in the database of the queues.
        """
        with self._queues() as client:
            for key in client.scan_iter("*unacked_index"):
                aged: dict[Any, float] = dict.fromkeys(client.zrange(key, 0, -1), 0.0)
                if aged:
                    client.zadd(key, aged, xx=True)

    def _listening(self) -> int:
        """How many connections wait for a message: Redis tells, whatever a worker logs."""
        with self._queues() as client:
            return sum(one["cmd"] == "brpop" for one in client.client_list())

    def _unsettled(self) -> int:
        with self._queues() as client:
            in_hand = sum(int(client.hlen(key)) for key in client.scan_iter("*unacked"))
            return in_hand + sum(int(client.llen(queue)) for queue in _READ)

    @contextmanager
    def _queues(self) -> "Iterator[Redis]":
        """The database of the queues. What a project keeps there in another form is its own fault."""
        from redis import ResponseError

        with closing(self.stage.services.redis_server.admin(stage_platform.QUEUES_DB)) as client:
            try:
                yield client
            except ResponseError as error:
                raise Failed("queues as Celery's transport stores them", bounded(str(error), 200)) from None


class Platforms:
    """``platform(env=…)``: a deployment of the check's own, its server ready and no worker yet.

    ``as_configured=True`` starts gunicorn as the project's `gunicorn.conf.py` says; else the grader says how many
    processes and threads it has, and how long it waits.
    """

    def __init__(self, case: Case, stage: Stage, standing: StandingServer) -> None:
        self._case, self._stage, self._standing = case, stage, standing

    def __call__(self, *, env: Mapping[str, str | None] | None = None, as_configured: bool = False) -> Platform:
        found = stage_platform.Platform(self._stage, self._standing, self._case.stack, env, as_configured=as_configured)
        try:
            found.web.server.ready_within(READY_S, "/live")
        except (TimeoutError, ConnectionError) as error:
            kind = Late if isinstance(error, TimeoutError) else Failed
            raise kind(f"200 for /live within {READY_S:g} s of the start", bounded(str(error), 200)) from None
        return Platform(Api(self._case, self._stage, found.web, self._standing), self._stage, found)
