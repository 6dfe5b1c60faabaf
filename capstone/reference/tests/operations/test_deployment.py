# FILE SOLUTION 06
"""Releases to a target of real processes: beside each other, refused, switched, and taken back."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings.environment import ROOT
from deploy.__main__ import USAGE, main
from deploy.target import LEFT_OUT
from tests.operations.rows import fill, state
from tests.servers.postgres import Postgres
from tests.servers.process import Process, eventually, free_port
from tests.servers.redis import Redis

NAME = "deployment"
# Whoever reads the feed does what stands there, and deletes it.
WORKED_OFF = "posts_pendinginvalidation"
# Django writes a line for each model that it meets, and leaves it when the model has gone.
NAMES_OF_MODELS = {"django_content_type", "auth_permission"}
SECONDS = 400
NOTE = '''

class Note(models.Model):
    """What only the second version has."""

    text = models.TextField()
'''
NOTE_MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("text", models.TextField()),
            ],
        )
    ]
"""
FAILING_MIGRATION = NOTE_MIGRATION.partition("    operations")[0] + (
    "    operations = [migrations.RunSQL('SELECT 1/0')]\n"
)
WITHOUT_ADMIN = """
from django.http import HttpResponse, HttpRequest
def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=404)
urlpatterns = [path("admin/login/", _nothing), *urlpatterns]
"""


class Staging:
    """A target that is served, and what operators ask of it."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder, self.target, self.port = folder, folder / "target", free_port()
        self.env = env
        words = [sys.executable, "-m", "deploy", "serve", str(self.target)]
        command = [*words, "--port", str(self.port)]
        self.server = Process(
            command, output=folder / "serve.log", env={**env, "PYTHONPATH": str(ROOT)}
        )

    def start(self) -> None:
        """Serve; returns when it does."""
        output = self.server.output
        times = self.server.said().count("serving ") if output.exists() else 0
        self.server.start()
        eventually(
            lambda: self.server.said().count("serving ") > times, seconds=SECONDS
        )

    def run(self, *words: str) -> tuple[int, str, str]:
        """`python -m deploy …`: exit code, standard output, standard error."""
        done = subprocess.run(  # noqa: S603  our own command
            [sys.executable, "-m", "deploy", *words],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        return done.returncode, done.stdout, done.stderr

    def release(self, version: str, *words: str) -> tuple[int, str, str]:
        """`python -m deploy release …`."""
        return self.run("release", str(self.target), version, *words)

    def status(self) -> dict[str, Any]:
        """What serves, and by which processes."""
        code, out, err = self.run("status", str(self.target))
        assert code == 0, err
        found: dict[str, Any] = json.loads(out)
        return found

    def version(self, name: str, changes: dict[str, str]) -> Path:
        """A project with this at the end of these files."""
        made: Path = shutil.copytree(ROOT, self.folder / name, ignore=LEFT_OUT)
        for path, text in changes.items():
            with (made / path).open("a") as file:
                file.write(text)
        return made


class Visitors(threading.Thread):
    """Somebody asks all the time, and notes every answer that is none."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._url, self._over = f"http://127.0.0.1:{port}", threading.Event()
        self.answers: list[int] = []

    def run(self) -> None:
        """Ask."""
        from deploy.smoke import _ask

        while not self._over.is_set():
            self.answers.append(_ask(self._url, "/api/v1/posts/", "")[0])
            time.sleep(0.05)

    def stop(self) -> list[int]:
        """How all were answered."""
        self._over.set()
        self.join()
        return self.answers


@pytest.fixture(scope="module")
def staging(
    postgres: Postgres, redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Staging]:
    """The first version, released: this project, or the one in the folder DEPLOYED_BEFORE."""
    postgres.create(NAME)
    env = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "not-a-secret-" + "s" * 50,
        "JWT_SIGNING_KEY": "not-a-secret-" + "j" * 64,
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": postgres.url(NAME),
        "REDIS_URL": f"redis://127.0.0.1:{redis.port}/10",
        "THROTTLE_BURST": "",
        "THROTTLE_ANON": "",
        "SMOKE_SECONDS": "120",
    }
    made = Staging(tmp_path_factory.mktemp("staging"), env)
    made.start()
    try:
        before = os.environ.get("DEPLOYED_BEFORE") or str(ROOT)
        code, out, err = made.release("v1", "--from", before)
        assert (code, out.splitlines()[-1:]) == (0, ["v1 serves"]), out + err
        yield made
    finally:
        made.server.stop()


def test_what_failed_its_smoke_test_is_refused_and_the_old_one_serves_on(
    staging: Staging,
) -> None:
    before = staging.status()
    broken = staging.version("broken", {"src/config/urls.py": WITHOUT_ADMIN})
    code, _, err = staging.release("v1-broken", "--from", str(broken))
    assert code == 1
    assert "v1-broken failed its smoke test: /admin/login/ answered 404" in err
    assert "v1 serves on" in err
    assert staging.status() == before
    assert staging.server.children() == set(before["processes"].values())
    assert not (staging.target / "releases" / "v1-broken").exists()
    assert staging.run("smoke", f"http://127.0.0.1:{staging.port}")[0] == 0


def test_a_migration_that_fails_releases_nothing(staging: Staging) -> None:
    before = staging.status()
    path = "src/apps/analytics/migrations/0002_fails.py"
    failing = staging.version("failing", {path: FAILING_MIGRATION})
    code, out, err = staging.release("v1-failing", "--from", str(failing))
    assert (code, out) == (1, "")
    assert "manage.py migrate of v1-failing failed" in err
    assert "Traceback" not in err
    assert staging.status() == before


def test_a_release_and_its_rollback_lose_no_request_and_no_row(
    staging: Staging, postgres: Postgres
) -> None:
    changes = {
        "src/apps/analytics/models.py": NOTE,
        "src/apps/analytics/migrations/0002_note.py": NOTE_MIGRATION,
    }
    second = staging.version("second", changes)
    first = staging.status()["processes"]
    with postgres.connect(NAME) as connection:
        fill(connection)
        rows = state(connection)
        assert [table for table, found in rows.items() if not found] == []
        visitors = Visitors(staging.port)
        visitors.start()

        code, out, err = staging.release("v2", "--from", str(second))
        assert (code, out.splitlines()[-1:]) == (0, ["v2 serves instead of v1"]), err
        assert (staging.target / "current").resolve().name == "v2"
        assert [pid for pid in first.values() if Path(f"/proc/{pid}").exists()] == []
        connection.execute(
            "INSERT INTO analytics_note (text) VALUES ('Only v2 has this')"
        )

        code, out, err = staging.run("rollback", str(staging.target))
        assert (code, "v1 serves instead of v2" in out) == (0, True), err
        assert staging.status()["current"] == "v1"
        assert set(visitors.stop()) == {200}
        assert len(visitors.answers) > 20
        after = state(connection)
    assert set(after) == set(rows)
    lost = {table for table, found in rows.items() if found - after[table]}
    assert lost <= {WORKED_OFF}
    assert {table for table in rows if after[table] - rows[table]} <= NAMES_OF_MODELS
    (saved,) = (staging.target / "undone").iterdir()
    kept = [one["fields"] for one in json.loads(saved.read_text())]
    assert {"text": "Only v2 has this"} in kept
    assert saved.stat().st_mode & 0o077 == 0


def test_a_first_release_has_nothing_to_go_back_to(staging: Staging) -> None:
    code, _, err = staging.run("rollback", str(staging.target))
    assert (code, "no release before this one" in err) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["release", "{target}", "../v9"], "is no version"),
        (["release", "{target}", "v1"], "was released here before"),
        (["release", "{target}", "v9", "--from", "/nowhere"], "is no project"),
        (["release", "{folder}/other", "v9"], "Nobody serves"),
        (["serve", "{target}"], "is served already"),
        (["smoke", "nowhere"], "is no address"),
        (["serve", "/dev/null"], "cannot be a target"),
        (["status", "/dev/null"], "Nobody serves /dev/null"),
    ],
)
def test_what_is_asked_for_wrongly_is_2_and_a_sentence(
    staging: Staging, words: list[str], said: str
) -> None:
    given = [
        word.format(target=staging.target, folder=staging.folder) for word in words
    ]
    code, _, err = staging.run(*given)
    assert (code, said in err, "Traceback" in err) == (2, True, False), err


@pytest.mark.parametrize("words", [["status"], ["rollback"], ["release", "v1"]])
def test_only_who_serves_makes_the_folder_of_a_target(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    what, *more = words
    assert main([what, str(tmp_path / "target"), *more]) == USAGE
    assert "Nobody serves" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_who_serves_ends_all_and_begins_with_the_current_version(
    staging: Staging,
) -> None:
    pids = staging.status()["processes"].values()
    assert len(pids) == 3
    staging.server.stop()
    assert staging.server.wait() == 0, staging.server.said()
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    staging.start()
    eventually(lambda: staging.status()["current"] == "v1", seconds=SECONDS)
    assert staging.run("smoke", f"http://127.0.0.1:{staging.port}")[0] == 0
