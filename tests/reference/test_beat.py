"""The schedule: a beat that has been away sends what is due, and a worker does it."""

import json
from pathlib import Path

import pytest
import yaml

from tests.reference.conftest import MachineWith
from tests.reference.platform import start_platform, start_worker

# As if beat had last been there two days ago: by then everything is due, whatever the time of day.
AWAY = """
from datetime import timedelta
from celery.beat import PersistentScheduler
from config.celery import app
scheduler = PersistentScheduler(app, schedule_filename="/tmp/beat")
for entry in scheduler.schedule.values():
    entry.last_run_at -= timedelta(days=2)
scheduler.close()
print(*[entry["task"] for entry in app.conf.beat_schedule.values()])
"""


@pytest.mark.slow
def test_what_is_due_is_sent_and_done(project: Path, machine_with: MachineWith) -> None:
    beat = yaml.safe_load((project / "docker-compose.yml").read_text())["services"]["beat"]["command"]
    with machine_with() as machine:
        start_platform(machine)
        start_worker(machine)
        due = machine.sh(f"python -c '{AWAY}'").split()
        assert len(due) >= 5
        done = """grep -c '"state": "success"' /tmp/worker.log"""
        machine.start(" ".join(beat), until=f"test $({done}) -ge {len(due)}", log="beat", seconds=30)
        lines = [json.loads(line) for line in machine.sh("cat /tmp/worker.log").splitlines() if line.startswith("{")]
    assert {line["task"] for line in lines if line.get("state") == "success"} == set(due)
