# FILE SOLUTION 05
"""The queue `mail`: slow, and now and then away."""

from datetime import timedelta
from typing import Any

from celery import Task, shared_task

from core import clock
from jobs.base import ReliableTask
from jobs.broker import enqueue, free_capacity
from mail.models import Email
from mail.services import mark_email_failed, send_email

DELIVER = "mail.tasks.deliver"
# Longer than all retries of a task together take.
LEFT_BEHIND_AFTER = timedelta(minutes=30)


@shared_task(name=DELIVER, base=ReliableTask, bind=True)
def deliver(self: Task[..., Any], email_id: int) -> None:
    """Send one e-mail."""
    send_email(email_id=email_id, task_id=str(self.request.id))


@shared_task(name="mail.tasks.mark_failed", base=ReliableTask)
def mark_failed(email_id: int, error: str) -> None:
    """The task of an e-mail is a dead letter: Beat leaves it alone."""
    mark_email_failed(email_id=email_id, error=error)


@shared_task(name="mail.tasks.requeue_unsent_emails", base=ReliableTask)
def requeue_unsent_emails() -> int:
    """Beat: queue again what was left behind, since the broker was away; how many.

    An e-mail comes into the queue once in LEFT_BEHIND_AFTER, and none while the queue is full. What
    failed for good is not among them: it lies in the queue of dead letters.
    """
    since = clock.now() - LEFT_BEHIND_AFTER
    left = Email.objects.left_behind(since=since).values_list("pk", flat=True)
    for email_id in (found := list(left[: free_capacity("mail")])):
        enqueue(deliver, email_id)
        Email.objects.filter(pk=email_id).update(requeued_at=clock.now())
    return len(found)
