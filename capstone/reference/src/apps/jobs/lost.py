# FILE SOLUTION 05
"""A task comes back when its worker dies. It may be what kills workers: so often, and not again."""

from django.conf import settings
from django.core.cache import cache

from core.redis_cache import UNAVAILABLE

# Longer than all that a task comes back for takes, by far.
REMEMBERED_SECONDS = 24 * 60 * 60


class TooManyRedeliveriesError(Exception):
    """Each worker that had it in hand died."""


def check_returns(task_id: str) -> None:
    """Count that a task is back. TooManyRedeliveriesError once that is more often than is allowed.

    Without the cache nothing is counted: rather one time too many than one too few.
    """
    try:
        cache.add(_key(task_id), 0, REMEMBERED_SECONDS)
        returns = cache.incr(_key(task_id))
    except (*UNAVAILABLE, ValueError):  # ValueError: forgotten in between
        return
    if returns > settings.TASK_MAX_REDELIVERIES:
        cache.delete(_key(task_id))  # when it is replayed, it begins anew
        raise TooManyRedeliveriesError(task_id)


def _key(task_id: str) -> str:
    return f"lost:{task_id}"
