# FILE SOLUTION 05
"""What was given up lies in a queue that no worker reads, until a person has looked at it."""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from queue import Empty
from typing import Any, TypedDict

from celery import current_app
from kombu.exceptions import ChannelError, OperationalError

from jobs.signals import task_dead_lettered

logger = logging.getLogger(__name__)

QUEUE = "dead"


class DeadLetter(TypedDict):
    """A task that was given up: all that it takes to do it again, and why it failed."""

    task: str
    id: str
    args: list[Any]
    kwargs: dict[str, Any]
    error: str


def send_to_dead_letter_queue(
    *, task: str, task_id: str, args: Any, kwargs: Any, error: BaseException
) -> None:
    """Lay a task aside. The error's type is kept and not its words, which may name people.

    If a limit killed the task, this runs in the worker's main process: whoever listens for
    `task_dead_lettered` asks no database there, where it would keep all tasks waiting.
    """
    letter: DeadLetter = {
        "task": task,
        "id": task_id,
        "args": list(args),
        "kwargs": dict(kwargs),
        "error": type(error).__name__,
    }
    try:
        with _queue() as queue:
            queue.put(letter)
    except (OSError, OperationalError):
        logger.exception("a task is lost: %s %s %s", task, task_id, letter["args"])
    task_dead_lettered.send_robust(
        sender=None, task=task, args=letter["args"], error=letter["error"]
    )


def consume_dead_letters() -> Iterator[DeadLetter]:
    """Each dead letter, removed once whoever asked has come back for the next one."""
    with _queue() as queue:
        for _ in range(_size(queue)):
            try:
                message = queue.get_nowait()
            except Empty:
                return
            yield message.payload
            message.ack()


def read_dead_letters() -> list[DeadLetter]:
    """All of them; they stay."""
    with _queue() as queue:
        messages = []
        for _ in range(_size(queue)):
            try:
                messages.append(queue.get_nowait())
            except Empty:
                break
        letters: list[DeadLetter] = [message.payload for message in messages]
        for message in messages:
            message.requeue()
    return letters


def replay() -> int:
    """Put every dead letter back into the queue of its task, under its old id; how many."""
    number = 0
    for letter in consume_dead_letters():
        task = current_app.tasks[letter["task"]]
        task.apply_async(tuple(letter["args"]), letter["kwargs"], task_id=letter["id"])
        number += 1
    return number


@contextmanager
def _queue() -> Iterator[Any]:
    """The queue, on a connection that ends with it."""
    with current_app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0)
        with closing(connection.SimpleQueue(QUEUE)) as queue:
            yield queue


def _size(queue: Any) -> int:
    """How many there are. Redis knows no queue that is empty."""
    try:
        return int(queue.qsize())
    except ChannelError:
        return 0
