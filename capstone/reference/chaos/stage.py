# FILE SOLUTION 06
"""Servers, a relay before each, and the application that knows the relays alone."""

import contextlib
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from chaos.platform import REQUEUE, Platform
from chaos.promises import Promises
from chaos.relay import Relay
from chaos.services import Services, address, through

READY = {"database": "ok", "cache": "ok"}
UNACKNOWLEDGED = "unacked_index"  # where the transport keeps what a worker has in hand


class Stage:
    """What an experiment works with: relays, the `services` behind them, the `platform` before.

    The worker reaches the database by a relay of its own.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.services = Services(folder, stack)
        database = address(self.services.database)
        self.database, self.worker_database = Relay(database), Relay(database)
        self.cache = Relay(address(self.services.redis))
        self.broker = Relay(address(self.services.broker))
        self.mail = Relay(("127.0.0.1", self.services.mail.port))
        for relay in (
            self.database,
            self.worker_database,
            self.cache,
            self.broker,
            self.mail,
        ):
            stack.callback(relay.close)
        wired = {
            "DATABASE_URL": through(self.services.database, self.database.port),
            "REDIS_URL": through(self.services.redis, self.cache.port),
            "BROKER_URL": through(self.services.broker, self.broker.port),
            "EMAIL_PORT": str(self.mail.port),
        }
        self.platform = Platform(folder, wired)
        url = through(self.services.database, self.worker_database.port)
        self.platform.worker.env = {**self.platform.env, "DATABASE_URL": url}
        stack.callback(self.platform.stop)

    def ready(self) -> dict[str, str]:
        """What /ready says of each service; empty where nothing comes."""
        body = self.platform.ask("/ready").body
        return dict(body.get("checks", {})) if isinstance(body, dict) else {}

    def status_of(self, comment: int) -> tuple[str, bool]:
        """The status of a comment in the database, and whether a task has looked at it."""
        query = (
            "SELECT status, screened_at IS NOT NULL FROM comments_comment WHERE id = %s"
        )
        for status, screened in self.services.rows(query, comment):
            return str(status), bool(screened)
        return "lost", False

    def approvals(self, comment: int) -> int:
        """How often a comment was approved, as the audit log says."""
        query = (
            "SELECT count(*) FROM audit_auditentry WHERE action = 'moderated'"
            " AND object_type = 'comments.comment' AND object_id = %s"
        )
        return int(self.services.rows(query, str(comment))[0][0])

    def emails_about(self, comment: int) -> int:
        """How many e-mails the mail server took about a comment that waits."""
        key = f"<comment-{comment}-waits-"
        taken = [one.get("Message-ID", "") for one in self.services.mail.messages]
        return sum(1 for message_id in taken if message_id.startswith(key))

    def dead_letters(self) -> int:
        """How many tasks were given up."""
        with self.services.queues() as queues:
            return int(queues.llen("dead"))

    def in_hand(self) -> int:
        """How many tasks a worker has taken and not acknowledged."""
        with self.services.queues() as queues:
            return int(queues.zcard(UNACKNOWLEDGED))

    def let_time_pass(self) -> None:
        """What a worker took and did not acknowledge is due for another one, and what waits for 30
        minutes is due for Beat, as if that time was over."""
        with self.services.queues() as queues:
            for tag in queues.zrange(UNACKNOWLEDGED, 0, -1):
                queues.zadd(UNACKNOWLEDGED, {str(tag): 0}, xx=True)
        self.services.rows(
            "UPDATE comments_comment SET submitted_at = submitted_at - interval '31 minutes'"
            " WHERE screened_at IS NULL"
        )

    def requeue(self) -> None:
        """Send the task by which Beat queues what has been waiting for 30 minutes."""
        self.let_time_pass()
        self.platform.run("-m", "celery", "-A", "config.celery", "call", REQUEUE)

    def look_at_approval(self, promises: Promises, comment: int, name: str) -> None:
        """That a comment of an editor's is approved by its task, and once."""
        promises.eventually(
            f"{name} is approved by its task",
            lambda: self.status_of(comment),
            ("approved", True),
            60,
        )
        count = self.approvals(comment)
        promises.note(f"{name} is approved once", count == 1, f"{count} approvals")


@contextlib.contextmanager
def staged() -> Iterator[Stage]:
    """The application, running. All that was started is ended, also after Ctrl-C and SIGTERM.

    Raises UsageError and StartError.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        stage = Stage(folder, stack)
        stage.platform.prepare()
        stage.platform.start()
        yield stage


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
