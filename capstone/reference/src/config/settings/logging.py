# FILE SOLUTION 05
"""Structured logging: one JSON object per line on standard output."""

from typing import Any

from config.settings.environment import env

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()


def logging_config(*, as_json: bool) -> dict[str, Any]:
    """LOGGING: every logger's lines end in one place and look alike."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "observability.logs.Formatter", "as_json": as_json}
        },
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "line",
            }
        },
        "root": {"handlers": ["stdout"], "level": LOG_LEVEL},
        "loggers": {
            # Django has handlers of its own for these.
            "django": {"handlers": [], "level": "INFO"},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # Every answer has its line, with its status; every task has one, too.
            "django.request": {"level": "ERROR"},
            # Its access log has whole addresses; each request has its line from us.
            "gunicorn.access": {"handlers": [], "propagate": False},
            "gunicorn.error": {"handlers": [], "propagate": True},
            "axes": {"level": "WARNING"},  # the audit log has it
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }


LOGGING = logging_config(as_json=True)
