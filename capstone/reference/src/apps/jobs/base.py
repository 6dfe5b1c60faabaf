# FILE SOLUTION 05
"""What every task is: retried when it may help, and laid aside when it does not."""

from typing import Any

from celery import Task
from celery.exceptions import SoftTimeLimitExceeded
from celery.worker.request import Request
from django.conf import settings
from django.db import InterfaceError, OperationalError
from redis import RedisError

from jobs.context import log_killed_run
from jobs.dead_letters import send_to_dead_letter_queue
from jobs.lost import check_returns

# What may be over in a moment. Anything else is a mistake, and is one the next time, too.
TRANSIENT = (
    ConnectionError,
    TimeoutError,
    OperationalError,
    InterfaceError,
    RedisError,
    SoftTimeLimitExceeded,
)


class TimedRequest(Request):
    """What a worker's main process knows of a task that a child runs."""

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """At a limit. At the hard one the child is killed, and cannot say so itself."""
        super().on_timeout(soft, timeout)
        if not soft:
            log_killed_run(self, timeout)


class ReliableTask(Task[..., Any]):
    """The base of all tasks of ours. Each can be done twice with the effect of once."""

    Request = "jobs.base:TimedRequest"
    autoretry_for = TRANSIENT
    max_retries = settings.TASK_MAX_RETRIES
    # Seconds before the first retry, twice as many before each next one, up to the maximum; of that
    # a random part, so that what failed together does not come back together.
    retry_backoff = settings.TASK_BACKOFF_SECONDS
    retry_backoff_max = settings.TASK_BACKOFF_MAX_SECONDS
    retry_jitter = True

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        """What was begun before and never acknowledged is not begun again without end."""
        if (self.request.delivery_info or {}).get("redelivered"):
            check_returns(task_id)

    def on_failure(
        self,
        exc: Exception,
        task_id: str,
        args: Any,
        kwargs: Any,
        einfo: Any,
    ) -> None:
        """Given up, or killed at its limit: lay it where it is seen and can be replayed."""
        send_to_dead_letter_queue(
            task=self.name, task_id=task_id, args=args, kwargs=kwargs, error=exc
        )
