"""The broker: Celery over Redis, Valkey or RabbitMQ, with the queues of gradings and what both sides agree on.

Messages are JSON and carry one text, which is sealed. Nothing comes back by the broker: answers are in the store.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.classroom.distributed.store import INSTALL
from grader.domain.errors import EnvironmentError_, UsageError_

if TYPE_CHECKING:
    from celery import Celery

CHECKS, PERFORMANCE = "checks", "performance"
QUEUES = (CHECKS, PERFORMANCE)
TASK = "grader.grade"
LONGEST_S = 3600.0  # of a grading, unless a worker is told otherwise
MARGIN_S = 300.0  # beside the grading itself: fetching, unpacking, answering
_RETRIES = {"max_retries": 2, "interval_start": 0.2, "interval_step": 0.5}
_PATIENCE_S = 5  # until somebody who waits is told that the broker cannot be reached
# RabbitMQ closes the connection of whoever keeps a message for longer; that of a dead worker it closes at once.
_CONSUMER_TIMEOUT_MS = 25 * 3600 * 1000
_SCHEMES = {"valkey": "redis", "valkeys": "rediss", "valkey+socket": "redis+socket"}


def queue_of(metrics: Iterable[str]) -> str:
    """The queue for an assignment with gates of these metrics: what measures time runs alone on a machine."""
    return PERFORMANCE if any(metric.startswith("performance.") for metric in metrics) else CHECKS


def visibility_s(longest_s: float) -> float:
    """After how many seconds a message that nobody acknowledged is delivered again, over Redis.

    It has to be longer than any grading, or one that is still under way would be given to a second worker.
    """
    return longest_s + MARGIN_S


def connect(address: str, *, longest_s: float) -> "Celery":
    """The application of Celery at a broker, such as ``redis://host:6379/0``; nothing is sent yet.

    Raises:
        UsageError_: Celery is not installed, or the address is none.
    """
    try:
        from celery import Celery
        from kombu import Connection, Exchange, Queue
    except ImportError:
        raise UsageError_("the package celery is not installed", INSTALL) from None
    address = _in_words_of_celery(address)
    try:
        Connection(address).transport_cls  # noqa: B018 looks it up, and connects to nothing
    except (KeyError, ValueError, ImportError) as problem:
        raise UsageError_(
            f"there is no broker at {shown(address)}: {problem}",
            "Name one as redis://host:6379/0, redis+socket:///path or amqp://user:password@host//.",
        ) from None
    app = Celery("grader", broker=address, set_as_current=False)
    exchange = Exchange("grader", "direct")
    arguments = {"x-consumer-timeout": _CONSUMER_TIMEOUT_MS} if address.startswith("amqp") else None
    queues = [Queue(name, exchange, routing_key=name, queue_arguments=arguments) for name in QUEUES]
    app.conf.update(_SETTINGS, task_queues=queues, broker_transport_options=_transport(address, longest_s))
    return app


# What a worker is told by others goes by signed messages alone: no remote control, no events, no pickle.
_SETTINGS: dict[str, Any] = {
    "accept_content": ["json"],
    "task_serializer": "json",
    "task_protocol": 2,
    "task_default_queue": CHECKS,
    "task_create_missing_queues": False,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_ignore_result": True,
    "worker_prefetch_multiplier": 1,
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "enable_utc": True,
}


def _transport(address: str, longest_s: float) -> dict[str, Any]:
    if not address.startswith(("redis", "rediss")):
        return {}
    return {"visibility_timeout": visibility_s(longest_s), "socket_keepalive": True, "health_check_interval": 30}


@dataclass(frozen=True, slots=True)
class CeleryQueue:
    """Keeps ``coordinator.Broker`` for one queue of the application."""

    app: "Celery"
    queue: str

    def publish(self, sealed: str) -> None:
        """See ``Broker``."""
        with _told(self.app):
            self.app.send_task(
                TASK, args=[sealed], argsrepr="sealed", queue=self.queue, retry=True, retry_policy=_RETRIES
            )

    def ready(self) -> int:
        """See ``Broker``."""
        with _told(self.app), self.app.connection_for_write(connect_timeout=_PATIENCE_S) as connection:
            connection.ensure_connection(**_RETRIES)
            try:
                return int(connection.default_channel.queue_declare(self.queue, passive=True).message_count)
            except connection.channel_errors:
                return 0  # nobody has made it yet


@contextmanager
def _told(app: "Celery") -> Iterator[None]:
    from kombu.exceptions import KombuError

    connection = app.connection_for_write()
    try:
        yield
    except (KombuError, OSError, *connection.connection_errors, *connection.channel_errors) as problem:
        raise EnvironmentError_(
            f"the broker {connection.as_uri()} cannot be reached: {problem}",
            "See that it runs, that its address and password are right, and run the same command again.",
        ) from None


def shown(address: str) -> str:
    """The address without its password."""
    scheme, found, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if found else scheme.rpartition("@")[2]


def _in_words_of_celery(address: str) -> str:
    scheme, found, rest = address.partition("://")
    return f"{_SCHEMES.get(scheme, scheme)}{found}{rest}"
