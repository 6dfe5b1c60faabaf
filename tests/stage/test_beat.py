"""Beat by a clock that the grader keeps: what is said on the line, by a process that is none."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.stage.beat import run_beat
from grader.stage.outcome import Failed, Late


def start(say: Callable[[socket.socket], None]) -> Any:
    """Starts what says something on the line, and ends."""

    def begin(argv: tuple[str, ...], fds: tuple[int, ...]) -> Any:
        assert argv[-3:] == ("-A", "config.celery", "beat")
        line = socket.socket(fileno=os.dup(fds[0]))

        def run() -> None:
            with line, suppress(OSError):  # the grader may hang up first
                say(line)

        threading.Thread(target=run, daemon=True).start()
        return SimpleNamespace(output=lambda: b"Traceback\nOSError: read-only\n")

    return begin


def sleeping(*seconds: object) -> Callable[[socket.socket], None]:
    def say(line: socket.socket) -> None:
        for each in seconds:
            line.sendall(f"{each}\n".encode())
            line.recv(100)

    return say


def moments(say: Callable[[socket.socket], None], within_s: float = 10.0) -> list[float]:
    return list(run_beat(start(say), begins=1000.0, ends=1100.0, within_s=within_s))


def test_it_is_later_by_as_much_as_it_sleeps() -> None:
    assert moments(sleeping(0.0, 60.0, 30.5, 9.5, 7.0)) == [1000.0, 1060.0, 1090.5]


@pytest.mark.parametrize("said", ["nan", "inf", "-1", "soon", "9" * 200, "1e9", "\xff"])
def test_what_is_no_number_of_seconds(said: str) -> None:
    with pytest.raises(Failed, match="a number of seconds"):
        moments(sleeping(0.0, said))


def test_one_that_ends() -> None:
    with pytest.raises(Failed, match="to go on; observed it has ended: OSError: read-only"):
        moments(sleeping(0.0))


def test_one_that_hangs() -> None:
    with pytest.raises(Late, match=r"within 0\.2 s"):
        moments(lambda line: threading.Event().wait(1) and None, within_s=0.2)


SCHEDULE = """
from datetime import timedelta
from pathlib import Path

from celery import Celery
from celery.schedules import crontab
from celery.signals import before_task_publish

app = Celery("config", broker="memory://")
app.conf.timezone = "Asia/Kolkata"
app.conf.beat_schedule_filename = "{folder}/beat"
app.conf.beat_schedule = {{
    "by the clock": {{"task": "clock", "schedule": crontab(minute="*/10"), "options": {{"expires": 600}}}},
    "by the interval": {{"task": "interval", "schedule": timedelta(hours=1)}},
    "once a day": {{"task": "day", "schedule": crontab(hour=3, minute=10)}},
}}


@before_task_publish.connect
def note(headers, **_):
    with Path("{folder}/sent").open("a") as file:
        file.write(f"{{headers['task']}} {{headers['expires']}}\\n")
"""


def test_a_real_beat_sends_a_day_in_seconds(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/__init__.py").touch()
    (tmp_path / "config/celery.py").write_text(SCHEDULE.format(folder=tmp_path))
    started: list[subprocess.Popen[bytes]] = []

    def start(argv: tuple[str, ...], fds: tuple[int, ...]) -> Any:
        option, text, _, *words = argv
        command = [sys.executable, option, text, str(fds[0]), *words]
        with (tmp_path / "output").open("wb") as output:
            started.append(subprocess.Popen(command, cwd=tmp_path, pass_fds=fds, stdout=output, stderr=output))
        return SimpleNamespace(output=(tmp_path / "output").read_bytes)

    begins, sent = datetime(2027, 3, 1, 3, 5, tzinfo=UTC).timestamp(), list[tuple[float, str]]()
    for now in run_beat(start, begins=begins, ends=begins + 26 * 3600, within_s=180.0):
        lines = (tmp_path / "sent").read_text().splitlines() if (tmp_path / "sent").exists() else []
        sent += [(round(now - begins), line) for line in lines[len(sent) :]]
    started[0].kill()
    started[0].wait()

    times = {name: [at for at, line in sent if line.startswith(f"{name} ")] for name in ("clock", "interval", "day")}
    assert times["clock"] == [300 + 600 * number for number in range(156)]
    assert times["interval"] == [3600 * number for number in range(1, 26)]
    assert times["day"] == [18 * 3600 + 35 * 60]  # 3:10 in Kolkata is 21:40 in UTC
    first = next(line for _, line in sent if line.startswith("clock "))
    assert first.startswith("clock 2027-03-01T08:50:00")  # 3:10 in UTC, and ten minutes
