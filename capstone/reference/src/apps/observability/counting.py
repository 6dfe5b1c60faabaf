# FILE SOLUTION 05
"""Metrics from signals: of Django, Celery and the services."""

from typing import Any

from celery import states
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest

# BEGIN SOLUTION 06
from anomalies.kinds import Kind
from anomalies.models import Anomaly
from anomalies.signals import anomaly_reported

# END
from authentication.lockout import is_refused
from core.choices import CommentStatus
from comments.models import Comment
from comments.signals import comment_moderated, comment_submitted
from jobs.signals import task_dead_lettered, task_ended

# BEGIN SOLUTION 06
from mfa.checking import Outcome
from mfa.signals import code_checked

# END
from observability import metrics
from posts.signals import post_published

OUTCOMES = {
    states.SUCCESS: "succeeded",
    states.RETRY: "retried",
    states.FAILURE: "failed",
}


def connect() -> None:
    """Connect the receivers, and initialise every known label value as 0."""
    for outcome in ("succeeded", "failed", "locked_out"):
        metrics.logins.labels(outcome)
    for decision in (CommentStatus.APPROVED, CommentStatus.REJECTED):
        metrics.comments_moderated.labels(decision)
    post_published.connect(count_published, dispatch_uid="metrics")
    comment_submitted.connect(count_submitted, dispatch_uid="metrics")
    comment_moderated.connect(count_moderated, dispatch_uid="metrics")
    user_logged_in.connect(count_login, dispatch_uid="metrics")
    user_login_failed.connect(count_failed_login, dispatch_uid="metrics")
    task_dead_lettered.connect(count_dead_letter, dispatch_uid="metrics")
    task_ended.connect(count_run, dispatch_uid="metrics")
    # BEGIN SOLUTION 06
    for result in Outcome:
        metrics.second_factor_codes.labels(result)
    code_checked.connect(count_code, dispatch_uid="metrics")
    for kind in Kind:
        metrics.login_anomalies.labels(kind)
    anomaly_reported.connect(count_anomaly, dispatch_uid="metrics")
    # END


def count_published(**_: Any) -> None:
    """Count a published post."""
    metrics.posts_published.inc()


def count_submitted(**_: Any) -> None:
    """Count a comment that waits for moderation."""
    metrics.comments_submitted.inc()


def count_moderated(*, comment: Comment, **_: Any) -> None:
    """Count a moderated comment by its new status."""
    metrics.comments_moderated.labels(comment.status).inc()


def count_login(**_: Any) -> None:
    """Count a log-in that succeeded."""
    metrics.logins.labels("succeeded").inc()


def count_failed_login(*, request: HttpRequest | None = None, **_: Any) -> None:
    """Count a failed log-in, or one refused unevaluated during a lock-out."""
    outcome = "locked_out" if is_refused(request) else "failed"
    metrics.logins.labels(outcome).inc()


# BEGIN SOLUTION 06
def count_code(*, outcome: Outcome, **_: Any) -> None:
    """Count a code of a second factor by what became of it."""
    metrics.second_factor_codes.labels(outcome).inc()


def count_anomaly(*, anomaly: Anomaly, **_: Any) -> None:
    """Count an unusual log-in by its kind."""
    metrics.login_anomalies.labels(anomaly.kind).inc()


# END
def count_dead_letter(*, task: str, **_: Any) -> None:
    """Count a dead letter."""
    metrics.dead_letters.labels(task).inc()


def count_run(*, task: str, state: str | None, seconds: float, **_: Any) -> None:
    """Observe the duration of a run, and count its outcome."""
    metrics.task_duration.labels(task).observe(seconds)
    if state in OUTCOMES:
        metrics.tasks.labels(task, OUTCOMES[state]).inc()
