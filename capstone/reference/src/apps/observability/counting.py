# FILE SOLUTION 05
"""Who tells us what to count: Django, Celery and the services, by their signals."""

from typing import Any

from celery import states
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest

from authentication.lockout import is_refused
from comments.choices import CommentStatus
from comments.models import Comment
from comments.signals import comment_moderated, comment_submitted
from jobs.signals import task_buried, task_ended
from observability import metrics
from posts.signals import post_published

OUTCOMES = {
    states.SUCCESS: "succeeded",
    states.RETRY: "retried",
    states.FAILURE: "failed",
}


def connect() -> None:
    """Begin to count. What can be counted is there from the beginning, as 0."""
    for outcome in ("succeeded", "failed", "locked_out"):
        metrics.logins.labels(outcome)
    for decision in (CommentStatus.APPROVED, CommentStatus.REJECTED):
        metrics.comments_moderated.labels(decision)
    post_published.connect(note_published, dispatch_uid="metrics")
    comment_submitted.connect(note_submitted, dispatch_uid="metrics")
    comment_moderated.connect(note_moderated, dispatch_uid="metrics")
    user_logged_in.connect(note_login, dispatch_uid="metrics")
    user_login_failed.connect(note_failure, dispatch_uid="metrics")
    task_buried.connect(note_buried, dispatch_uid="metrics")
    task_ended.connect(note_ended, dispatch_uid="metrics")


def note_published(**_: Any) -> None:
    """A post came out."""
    metrics.posts_published.inc()


def note_submitted(**_: Any) -> None:
    """A comment waits."""
    metrics.comments_submitted.inc()


def note_moderated(*, comment: Comment, **_: Any) -> None:
    """A comment was looked at."""
    metrics.comments_moderated.labels(comment.status).inc()


def note_login(**_: Any) -> None:
    """Somebody came in."""
    metrics.logins.labels("succeeded").inc()


def note_failure(*, request: HttpRequest | None = None, **_: Any) -> None:
    """Somebody did not, or was not even asked since the name is locked out."""
    outcome = "locked_out" if is_refused(request) else "failed"
    metrics.logins.labels(outcome).inc()


def note_buried(*, task: str, **_: Any) -> None:
    """A task was given up."""
    metrics.dead_letters.labels(task).inc()


def note_ended(*, task: str, state: str | None, seconds: float, **_: Any) -> None:
    """A task has run, well or not."""
    metrics.task_duration.labels(task).observe(seconds)
    if state in OUTCOMES:
        metrics.tasks.labels(task, OUTCOMES[state]).inc()
