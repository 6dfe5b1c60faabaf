# FILE SOLUTION 05
"""A letter that was written is sent; one whose task is given up has failed."""

from typing import Any

from jobs.broker import enqueue
from jobs.signals import task_buried
from mail.models import Letter
from mail.signals import letter_written
from mail.tasks import DELIVER, deliver, note_letter_failed


def connect() -> None:
    """Begin to listen."""
    letter_written.connect(queue_letter, dispatch_uid="mail")
    task_buried.connect(note_failure, dispatch_uid="mail")


def queue_letter(*, letter: Letter, **_: Any) -> None:
    """Hand it to a worker."""
    enqueue(deliver, letter.pk)


def note_failure(*, task: str, args: list[Any], error: str, **_: Any) -> None:
    """The task is a dead letter: whoever replays it decides, and Beat leaves it alone."""
    if task == DELIVER:
        enqueue(note_letter_failed, *args, error)
