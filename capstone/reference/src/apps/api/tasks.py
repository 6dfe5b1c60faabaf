# FILE SOLUTION 05
"""Beat: answers that nobody may ask for again are forgotten."""

from celery import shared_task

from api.models import IdempotencyKey
from jobs.base import ReliableTask


@shared_task(name="api.tasks.forget_idempotency_keys", base=ReliableTask)
def forget_idempotency_keys() -> int:
    """Delete the keys that are over; how many."""
    deleted, _ = IdempotencyKey.objects.expired().delete()
    return deleted
