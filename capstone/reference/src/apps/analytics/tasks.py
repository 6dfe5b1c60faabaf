# FILE SOLUTION 05
"""The queue `analytics`: all that can wait longest."""

from datetime import datetime, timedelta
from uuid import UUID

from celery import shared_task

from analytics.services import record_visit, roll_up_visits
from core import clock
from jobs.base import ReliableTask

# A message may come twice; by then the visit has to be known still. No message lives that long.
KEPT = timedelta(days=1)


@shared_task(name="analytics.tasks.count_visit", base=ReliableTask)
def count_visit(visit_id: str, post_id: int, seen_at: str) -> None:
    """Count one visit."""
    record_visit(
        visit_id=UUID(visit_id),
        post_id=post_id,
        seen_at=datetime.fromisoformat(seen_at),
    )


@shared_task(name="analytics.tasks.roll_up", base=ReliableTask)
def roll_up() -> int:
    """Beat: aggregate old visits by day; how many."""
    return roll_up_visits(before=clock.now() - KEPT)
