# FILE SOLUTION 05
"""Celery: queues, retries, time limits and Beat's schedule. `jobs` says how tasks use them."""

import os
from pathlib import Path
from tempfile import gettempdir

from celery.schedules import crontab

from config.settings.environment import env

# `dead` holds what was given up: no worker reads it.
TASK_QUEUES = ("comments", "mail", "analytics", "dead")
CELERY_TASK_DEFAULT_QUEUE = "analytics"
# So many tasks in a queue are enough: until some are done, Beat adds none.
QUEUE_LIMIT = 500
CELERY_TASK_ROUTES = {
    "comments.tasks.*": {"queue": "comments"},
    "mail.tasks.*": {"queue": "mail"},
}

# Acknowledged when it is done, so that what a dying worker had in hand comes again.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Seconds; at the soft limit (0: none) a task is told to stop, at the hard one it is killed.
CELERY_TASK_SOFT_TIME_LIMIT = env.int("TASK_SOFT_TIME_LIMIT_SECONDS", default=30)
CELERY_TASK_TIME_LIMIT = env.int("TASK_TIME_LIMIT_SECONDS", default=60)
TASK_MAX_RETRIES = env.int("TASK_MAX_RETRIES", default=5)
# How often a task may come back because its worker died, before it is laid aside.
TASK_MAX_REDELIVERIES = env.int("TASK_MAX_REDELIVERIES", default=3)
TASK_BACKOFF_SECONDS = env.int("TASK_BACKOFF_SECONDS", default=2)
TASK_BACKOFF_MAX_SECONDS = env.int("TASK_BACKOFF_MAX_SECONDS", default=120)

# Whoever answers a request hands tasks over: that must not take long, even if nobody takes them.
BROKER_SECONDS = env.float("BROKER_TIMEOUT_SECONDS", default=2)
CELERY_BROKER_CONNECTION_TIMEOUT = BROKER_SECONDS
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": BROKER_SECONDS,
    "socket_connect_timeout": BROKER_SECONDS,
    # What nobody acknowledged in this time goes to another worker: longer than any task takes, and
    # than any retry is put off.
    "visibility_timeout": env.int("TASK_VISIBILITY_SECONDS", default=600),
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True

# Lines are made by the handlers of LOGGING, and one for each task by `jobs.context`.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False

# So many comments approved and none rejected, and one needs no moderator; 0: everybody needs one.
COMMENT_TRUST_AFTER = env.int("COMMENT_TRUST_AFTER", default=3)

# What Beat sends is worth nothing once it sends the same again: while no worker is there, one of
# each waits, and not one for each time. Seconds.
# Where it notes what it has sent: not at the root of the project, which may be read-only.
CELERY_BEAT_SCHEDULE_FILENAME = str(
    Path(gettempdir()) / f"publishing-platform-beat-{os.getuid()}"
)
TEN_MINUTES, HOUR, DAY = 600, 3600, 86400
CELERY_BEAT_SCHEDULE = {
    "comments that nobody screened": {
        "task": "comments.tasks.requeue_unscreened_comments",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": TEN_MINUTES},
    },
    "e-mails that never left": {
        "task": "mail.tasks.requeue_unsent_emails",
        "schedule": crontab(minute="5-59/10"),
        "options": {"expires": TEN_MINUTES},
    },
    "roll up visits": {
        "task": "analytics.tasks.roll_up",
        "schedule": crontab(minute="20"),
        "options": {"expires": HOUR},
    },
    "expired tokens and sessions": {
        "task": "authentication.tasks.forget_expired",
        "schedule": crontab(hour="3", minute="10"),
        "options": {"expires": DAY},
    },
    # BEGIN SOLUTION 06
    "attempts to log in that are old": {
        "task": "anomalies.tasks.forget_attempts",
        "schedule": crontab(hour="3", minute="25"),
        "options": {"expires": DAY},
    },
    # END
    "idempotency keys that are over": {
        "task": "api.tasks.forget_idempotency_keys",
        "schedule": crontab(hour="3", minute="40"),
        "options": {"expires": DAY},
    },
}
