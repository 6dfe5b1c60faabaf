# FILE SOLUTION 05
"""The clock: what Beat sends, and for how long it is worth anything."""

from datetime import datetime
from typing import Any

import pytest
from celery.schedules import crontab
from django.utils import timezone

from config.celery import app
from config.settings.tasks import CELERY_BEAT_SCHEDULE


def following(schedule: crontab, moment: datetime) -> datetime:
    """When it is due next, after a moment."""
    last, step, _ = schedule.remaining_delta(moment)
    due: datetime = last + step
    return due


@pytest.mark.django_db  # Celery runs Django's checks before it imports the tasks
@pytest.mark.parametrize("name", CELERY_BEAT_SCHEDULE)
def test_what_beat_sends_expires_when_it_sends_the_same_again(name: str) -> None:
    entry: dict[str, Any] = CELERY_BEAT_SCHEDULE[name]
    app.loader.import_default_modules()
    assert entry["task"] in app.tasks
    due = following(entry["schedule"], timezone.now())
    interval = following(entry["schedule"], due) - due
    assert entry["options"]["expires"] == interval.total_seconds()
