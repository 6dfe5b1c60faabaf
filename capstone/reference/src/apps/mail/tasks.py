# FILE SOLUTION 05
"""The queue `mail`: slow, and now and then away."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from jobs.base import ReliableTask
from jobs.broker import enqueue
from mail.models import Letter
from mail.services import send_letter

# Longer than all retries of a task together take.
FORGOTTEN_AFTER = timedelta(minutes=30)
AT_ONCE = 500


@shared_task(name="mail.tasks.deliver", base=ReliableTask)
def deliver(letter_id: int) -> None:
    """Send one letter."""
    send_letter(letter_id=letter_id)


@shared_task(name="mail.tasks.queue_forgotten_letters", base=ReliableTask)
def queue_forgotten_letters() -> int:
    """Beat: letters that wait although nobody is at work on them; how many."""
    before = timezone.now() - FORGOTTEN_AFTER
    forgotten = Letter.objects.waiting().filter(created_at__lt=before)
    ids = forgotten.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    for letter_id in ids:
        enqueue(deliver, letter_id)
    return len(ids)
