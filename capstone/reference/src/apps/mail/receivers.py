# FILE SOLUTION 05
"""An e-mail that was written is sent; one whose task is given up has failed."""

from typing import Any

from jobs.broker import enqueue
from jobs.signals import task_dead_lettered
from mail.models import Email
from mail.signals import email_written
from mail.tasks import DELIVER, deliver, mark_failed


def connect() -> None:
    """Begin to listen."""
    email_written.connect(queue_email, dispatch_uid="mail")
    task_dead_lettered.connect(note_failure, dispatch_uid="mail")


def queue_email(*, email: Email, **_: Any) -> None:
    """Hand it to a worker."""
    enqueue(deliver, email.pk)


def note_failure(*, task: str, args: list[Any], error: str, **_: Any) -> None:
    """The task is a dead letter: whoever replays it decides, and Beat leaves it alone."""
    if task == DELIVER:
        enqueue(mark_failed, *args, error)
