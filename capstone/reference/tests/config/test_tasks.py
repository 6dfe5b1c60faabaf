# FILE SOLUTION 05
"""The clock: what Beat sends, and for how long it is worth anything."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from celery.schedules import crontab
from django.utils import timezone

from config.celery import app
from config.settings.environment import ROOT
from config.settings.tasks import CELERY_BEAT_SCHEDULE
from tests.servers.process import eventually


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


def test_beat_writes_to_the_temporary_folder_only(tmp_path: Path) -> None:
    """The project's own folder may be read-only."""
    folder, temporary = tmp_path / "project", tmp_path / "tmp"
    folder.mkdir()
    temporary.mkdir()
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "src" / "apps")])
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": path,
        "TMPDIR": str(temporary),
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
    }
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "beat"]
    beat = subprocess.Popen(command, cwd=folder, env=environment)  # noqa: S603
    try:
        eventually(lambda: any(temporary.glob("*beat*")) or any(folder.iterdir()))
        assert not any(folder.iterdir())
    finally:
        beat.terminate()
        beat.wait()
