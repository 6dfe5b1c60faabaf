# FILE SOLUTION 05
"""A task belongs to the request that it came from: its log lines and audit entries carry its id."""

from contextlib import ExitStack
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from celery import Task, signals

from core import request_id

HEADER = "platform_request_id"
logger: structlog.stdlib.BoundLogger = structlog.get_logger("task")


def connect() -> None:
    """Send the id along, and take it up again."""
    signals.before_task_publish.connect(send_along, dispatch_uid="context")
    signals.task_prerun.connect(take_up, dispatch_uid="context")
    signals.task_postrun.connect(put_down, dispatch_uid="context")


def send_along(*, headers: dict[str, Any], **_: Any) -> None:
    """On the way to the broker. What Beat sends gets an id of its own."""
    headers.setdefault(HEADER, request_id.current() or uuid4().hex)


def take_up(*, task: Task, task_id: str, **_: Any) -> None:
    """In the worker, before the task runs. Run in place, it is in its request anyway."""
    sent = task.request.get(HEADER) or request_id.current() or uuid4().hex
    task.request.context = stack = ExitStack()
    stack.enter_context(request_id.bound(sent))
    stack.enter_context(
        structlog.contextvars.bound_contextvars(task=task.name, task_id=task_id)
    )
    task.request.taken_up_at = perf_counter()


def put_down(*, task: Task, state: str | None, **_: Any) -> None:
    """One line for each run of a task: which, how it went, how long it took."""
    context: ExitStack | None = task.request.get("context")
    if context is None:
        return
    spent = perf_counter() - task.request.taken_up_at
    logger.info(
        "task",
        state=(state or "unknown").lower(),
        retries=task.request.retries,
        duration_ms=round(spent * 1000, 1),
    )
    context.close()
