# FILE SOLUTION 05
"""The queues as they are at the broker: handing tasks over, and looking how many wait."""

from typing import Any

from celery import Task, current_app
from django.conf import settings
from kombu import Connection, Queue
from kombu.exceptions import ChannelError, OperationalError

from core.circuit import Circuit

_circuit = Circuit("the broker", seconds=settings.CACHE_CIRCUIT_SECONDS)


def enqueue(task: Task[..., Any], *args: object) -> str:
    """Hand a task over and return its id. Raises an OSError or OperationalError without a broker.

    Whoever answers a request calls it from a listener: there a failure is logged, and Beat finds
    later what was left lying.
    """
    with _circuit.guarding(OperationalError, OSError):
        return str(task.apply_async(args).id)


def queue_depths() -> dict[str, int]:
    """How many tasks wait in each queue."""
    with current_app.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0)
        return {name: _depth(connection, name) for name in settings.TASK_QUEUES}


def free_capacity(name: str) -> int:
    """How many more tasks Beat may put into a queue: up to QUEUE_LIMIT tasks in it."""
    return max(0, settings.QUEUE_LIMIT - queue_depths()[name])


def _depth(connection: Connection, name: str) -> int:
    try:
        found: Any = Queue(name)(connection).queue_declare(passive=True)
        return int(found.message_count)
    except ChannelError:  # nobody has put anything there yet
        return 0
