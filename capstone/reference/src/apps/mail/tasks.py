# FILE SOLUTION 05
"""The queue `mail`: slow, and now and then away."""

from datetime import timedelta
from typing import Any

from celery import Task, shared_task
from django.utils import timezone

from jobs.base import ReliableTask
from jobs.broker import enqueue, room_in
from mail.models import Letter
from mail.services import give_up_letter, send_letter

DELIVER = "mail.tasks.deliver"
# Longer than all retries of a task together take.
LEFT_BEHIND_AFTER = timedelta(minutes=30)


@shared_task(name=DELIVER, base=ReliableTask, bind=True)
def deliver(self: Task[..., Any], letter_id: int) -> None:
    """Send one letter."""
    send_letter(letter_id=letter_id, task_id=str(self.request.id))


@shared_task(name="mail.tasks.note_letter_failed", base=ReliableTask)
def note_letter_failed(letter_id: int, error: str) -> None:
    """The task of a letter is a dead letter: Beat leaves it alone."""
    give_up_letter(letter_id=letter_id, error=error)


@shared_task(name="mail.tasks.queue_forgotten_letters", base=ReliableTask)
def queue_forgotten_letters() -> int:
    """Beat: queue again what was left behind, since the broker was away; how many.

    A letter comes into the queue once in LEFT_BEHIND_AFTER, and none while the queue is full. What
    failed for good is not among them: it lies in the queue of dead letters.
    """
    since = timezone.now() - LEFT_BEHIND_AFTER
    left = Letter.objects.left_behind(since=since).values_list("pk", flat=True)
    for letter_id in (found := list(left[: room_in("mail")])):
        enqueue(deliver, letter_id)
        Letter.objects.filter(pk=letter_id).update(requeued_at=timezone.now())
    return len(found)
