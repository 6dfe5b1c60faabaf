# FILE SOLUTION 05
"""Who reads a post is counted, by a worker."""

from typing import Any
from uuid import uuid4


from analytics.tasks import count_visit
from core import clock
from jobs.broker import enqueue
from posts.signals import post_read


def connect() -> None:
    """Begin to listen."""
    post_read.connect(queue_visit, dispatch_uid="analytics")


def queue_visit(*, post_id: int, **_: Any) -> None:
    """Hand it to a worker. Its id is made here, so that a repetition is known as one."""
    enqueue(count_visit, str(uuid4()), post_id, clock.now().isoformat())
