# FILE SOLUTION 06
"""Beat: what no attempt is compared with any more is forgotten."""

from celery import shared_task

from anomalies.services import forget_old_attempts
from jobs.base import ReliableTask


@shared_task(name="anomalies.tasks.forget_attempts", base=ReliableTask)
def forget_attempts() -> int:
    """Delete old attempts; how many."""
    return forget_old_attempts()
