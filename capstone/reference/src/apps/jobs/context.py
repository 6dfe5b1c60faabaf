# FILE SOLUTION 05
"""A task belongs to the request that it came from: its log lines and audit entries carry its id."""

from contextlib import ExitStack
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from celery import Task, signals, states
from celery.worker.request import Request

from core import request_id
from jobs.signals import task_ended

type AnyTask = Task[..., Any]

HEADER = "platform_request_id"
logger: structlog.stdlib.BoundLogger = structlog.get_logger("task")


@dataclass(frozen=True)
class Run:
    """One run of a task: since when, and what is to be put back after it."""

    began_at: float
    context: ExitStack


def connect() -> None:
    """Send the id along, and take it up again."""
    signals.before_task_publish.connect(send_along, dispatch_uid="context")
    signals.task_prerun.connect(take_up, dispatch_uid="context")
    signals.task_postrun.connect(put_down, dispatch_uid="context")


def send_along(*, headers: dict[str, Any], **_: Any) -> None:
    """On the way to the broker. What Beat sends gets an id of its own."""
    headers.setdefault(HEADER, request_id.current() or uuid4().hex)


def take_up(*, task: AnyTask, task_id: str, **_: Any) -> None:
    """In the worker, before the task runs. Run in place, it is in its request anyway."""
    sent = task.request.get(HEADER) or request_id.current() or uuid4().hex
    context = ExitStack()
    context.enter_context(request_id.bound(sent))
    context.enter_context(
        structlog.contextvars.bound_contextvars(task=task.name, task_id=task_id)
    )
    task.request.update(run=Run(perf_counter(), context))


def note_killed(request: Request, seconds: float) -> None:
    """The line of a run that was killed at its time limit, said by the worker's main process.

    The process that ran it is gone, and Celery's own signal of the end with it.
    """
    sent = request.request_dict.get(HEADER) or uuid4().hex
    with (
        request_id.bound(sent),
        structlog.contextvars.bound_contextvars(task=request.name, task_id=request.id),
    ):
        logger.info(
            "task",
            state=states.FAILURE.lower(),
            retries=request.request_dict.get("retries", 0),
            duration_ms=round(seconds * 1000, 1),
        )
    task_ended.send_robust(
        sender=None, task=request.name, state=states.FAILURE, seconds=seconds
    )


def put_down(*, task: AnyTask, state: str | None, **_: Any) -> None:
    """One line for each run of a task: which, how it went, how long it took."""
    run: Run | None = task.request.get("run")
    if run is None:
        return
    seconds = perf_counter() - run.began_at
    logger.info(
        "task",
        state=(state or "unknown").lower(),
        retries=task.request.retries,
        duration_ms=round(seconds * 1000, 1),
    )
    task_ended.send_robust(sender=None, task=task.name, state=state, seconds=seconds)
    run.context.close()
