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
class TaskRun:
    """One run of a task: since when, and what is to be put back after it."""

    began_at: float
    context: ExitStack


def connect() -> None:
    """Connect the propagation of request ids to Celery's signals."""
    signals.before_task_publish.connect(propagate_request_id, dispatch_uid="context")
    signals.task_prerun.connect(bind_context, dispatch_uid="context")
    signals.task_postrun.connect(log_run, dispatch_uid="context")


def propagate_request_id(*, headers: dict[str, Any], **_: Any) -> None:
    """Put the current request id into the task's headers; a new one where there is no request."""
    headers.setdefault(HEADER, request_id.current() or uuid4().hex)


def bind_context(*, task: AnyTask, task_id: str, **_: Any) -> None:
    """Bind request id, task name and task id before a run, and note when it began."""
    sent = task.request.get(HEADER) or request_id.current() or uuid4().hex
    context = ExitStack()
    context.enter_context(request_id.bind_request_id(sent))
    context.enter_context(
        structlog.contextvars.bound_contextvars(task=task.name, task_id=task_id)
    )
    task.request.update(run=TaskRun(perf_counter(), context))


def log_killed_run(request: Request, seconds: float) -> None:
    """Log a run that was killed at its hard time limit, from the worker's main process.

    The process that ran it is gone, and Celery's own signal of the end with it.
    """
    sent = request.request_dict.get(HEADER) or uuid4().hex
    with (
        request_id.bind_request_id(sent),
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


def log_run(*, task: AnyTask, state: str | None, **_: Any) -> None:
    """Log the run with its state, retries and duration, and unbind its context."""
    run: TaskRun | None = task.request.get("run")
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
