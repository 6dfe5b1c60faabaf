# FILE SOLUTION 05
"""Beat: what nobody can log in by any more is forgotten."""

from celery import shared_task

from authentication.housekeeping import forget_expired_sessions
from jobs.base import ReliableTask


@shared_task(name="authentication.tasks.forget_expired", base=ReliableTask)
def forget_expired() -> int:
    """Delete expired tokens and sessions; how many rows."""
    return forget_expired_sessions()
