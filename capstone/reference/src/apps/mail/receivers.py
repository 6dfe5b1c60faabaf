# FILE SOLUTION 05
"""A letter that was written is sent."""

from typing import Any

from jobs.broker import enqueue
from mail.models import Letter
from mail.signals import letter_written
from mail.tasks import deliver


def connect() -> None:
    """Begin to listen."""
    letter_written.connect(queue_letter, dispatch_uid="mail")


def queue_letter(*, letter: Letter, **_: Any) -> None:
    """Hand it to a worker."""
    enqueue(deliver, letter.pk)
