# FILE SOLUTION 06
"""The application in the production layer: gunicorn and a worker, asked as people ask."""

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from chaos.errors import StartError, UsageError
from tests.servers.process import Process, free_port

ROOT = Path(__file__).resolve().parent.parent
ASK_SECONDS = 60
START_SECONDS = 180
DELIVER = "mail.tasks.deliver"
REQUEUE = "comments.tasks.requeue_unscreened_comments"
ROLES = ("editor", "contributor", "reader")
PEOPLE = """
import sys
from accounts.models import User
name, password = sys.stdin.read().split()
for role in ("editor", "contributor", "reader"):
    User.objects.create_user(
        f"{name}-{role}", f"{name}-{role}@example.org", password, role=role
    )
"""
# What the environment may set otherwise, to see a promise break: short waits, many of them.
TUNED = {
    "TASK_MAX_RETRIES": "40",
    "TASK_BACKOFF_SECONDS": "1",
    "TASK_BACKOFF_MAX_SECONDS": "2",
    "EMAIL_TIMEOUT_SECONDS": "1",
    "CACHE_CIRCUIT_SECONDS": "2",
    "COMMENT_TRUST_AFTER": "3",
}
# As often as experiments ask, and to nobody outside.
FIXED = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "PYTHONUNBUFFERED": "1",
    "ALLOWED_HOSTS": "127.0.0.1",
    "SECURE_SSL_REDIRECT": "false",
    "EMAIL_HOST": "127.0.0.1",
    "EMAIL_HOST_USER": "",
    "EMAIL_HOST_PASSWORD": "",
    "EMAIL_USE_TLS": "false",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "",
    "SENTRY_DSN": "",
    "WORKER_METRICS_PORT": "0",
    "JWT_ACCESS_MINUTES": "15",
    **{
        f"THROTTLE_{kind}": ""
        for kind in ("BURST", "ANON", "USER", "SENSITIVE", "LOGIN", "REGISTER")
    },
}


class Answer(NamedTuple):
    """What came back, and how long it took; status 0 where nothing came."""

    status: int
    body: Any
    seconds: float


def web_port() -> int:
    """CHAOS_WEB_PORT: where the application is served; any port that is free. Raises UsageError."""
    given = os.environ.get("CHAOS_WEB_PORT") or str(free_port())
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 65_536):
        raise UsageError(f"CHAOS_WEB_PORT is {given!r}: give a number from 1 to 65535.")
    return int(given)


class Program(Process):
    """A process that can be asked whether it is still there."""

    def ended(self) -> bool:
        """Whether it has ended, or never began."""
        return self._running is None or self._running.poll() is not None


class Platform:
    """Start it, ask it, kill its worker. `wired` says by variables where its services are."""

    def __init__(self, folder: Path, wired: Mapping[str, str]) -> None:
        self.port = web_port()
        self.name = f"chaos-{secrets.token_hex(4)}"
        self._password = secrets.token_urlsafe(16)
        self._tokens: dict[str, str] = {}
        keys = {
            name: secrets.token_urlsafe(64)
            for name in ("SECRET_KEY", "JWT_SIGNING_KEY")
        }
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "src" / "apps")])
        self.env = {**TUNED, **os.environ, **FIXED, **keys, **wired, "PYTHONPATH": path}
        web = ["gunicorn", "config.wsgi:application", "--chdir", str(ROOT)]
        web += ["--bind", f"127.0.0.1:{self.port}"]
        worker = ["celery", "-A", "config.celery", "worker", "--concurrency", "2"]
        worker += ["--queues", "comments,mail,analytics", "--loglevel", "info"]
        self.web = self._process(folder, "web", web)
        self.worker = self._process(folder, "worker", worker)

    def _process(self, folder: Path, name: str, words: list[str]) -> Program:
        command = [sys.executable, "-m", *words]
        return Program(command, output=folder / f"{name}.log", env=self.env)

    def prepare(self) -> None:
        """Migrate, and make an editor, a contributor and a reader. Raises StartError."""
        self.manage("migrate", "--no-input", "--verbosity", "0")
        words = f"{self.name} {self._password}"
        self.manage("shell", "--no-imports", "-c", PEOPLE, given=words)

    def start(self) -> None:
        """Serve and work; returns when both do. Raises StartError."""
        self.start_worker()
        self.web.start()
        wait(lambda: self.ask("/healthz").status == 200, "The web server", self.web)
        self.log_in()

    def start_worker(self) -> None:
        """Work; returns when the worker says that it does. Raises StartError."""
        times = (
            self.worker.said().count(" ready.") if self.worker.output.exists() else 0
        )
        self.worker.start()
        wait(
            lambda: self.worker.said().count(" ready.") > times,
            "The worker",
            self.worker,
        )

    def stop(self) -> None:
        """End both."""
        self.web.stop()
        self.worker.stop()

    def log_in(self) -> None:
        """New tokens for all three. Raises StartError."""
        for role in ROLES:
            sent = {"username": f"{self.name}-{role}", "password": self._password}
            answer = self.ask("/api/v1/auth/login/", send=sent)
            if answer.status != 200:
                raise StartError(
                    f"The log-in of a {role} was answered with {answer.status}."
                )
            self._tokens[role] = answer.body["access"]

    def manage(self, *words: str, given: str = "") -> None:
        """Run `manage.py`. Raises StartError where it fails."""
        self.run(str(ROOT / "manage.py"), *words, given=given)

    def run(self, *words: str, given: str = "") -> None:
        """Run Python with these words, as the application. Raises StartError where it fails."""
        done = subprocess.run(  # noqa: S603  our own command
            [sys.executable, *words],
            env=self.env,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise StartError(f"{' '.join(words[:3])} failed: {' '.join(last)}")

    def ask(
        self, path: str, *, by: str | None = None, send: dict[str, Any] | None = None
    ) -> Answer:
        """GET, or POST what is to be sent, as nobody or as a person with that role."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if send is None else json.dumps(send).encode(),
            headers={"Content-Type": "application/json"},
        )
        if by:
            request.add_header("Authorization", f"Bearer {self._tokens.get(by, '')}")
        begin = time.monotonic()
        try:
            with _open(request) as answer:
                return _read(answer, begin)
        except urllib.error.HTTPError as refusal:
            return _read(refusal, begin)
        except (OSError, ValueError) as error:
            return Answer(0, str(error), time.monotonic() - begin)

    def publish(self, title: str) -> int:
        """A post that is out, by the contributor; its id, or 0 where it was refused."""
        sent = {"title": title, "body": "Something to read."}
        made = self.ask("/api/v1/posts/", by="contributor", send=sent)
        if made.status != 201:
            return 0
        path = f"/api/v1/posts/{made.body['id']}/publish/"
        out = self.ask(path, by="contributor", send={})
        return int(made.body["id"]) if out.status == 200 else 0

    def comment(self, post: int, *, by: str = "reader") -> Answer:
        """A comment on it. An editor's is approved by a task; for a reader's there is an e-mail."""
        sent = {"post": post, "body": "Well said."}
        return self.ask("/api/v1/comments/", by=by, send=sent)

    def runs(self, task: str, state: str) -> int:
        """How many runs of a task the worker has logged with this state."""
        lines = [
            line for line in self.worker.said().splitlines() if line.startswith("{")
        ]
        said = [json.loads(line) for line in lines if line.endswith("}")]
        return sum(
            1 for one in said if (one.get("task"), one.get("state")) == (task, state)
        )


def wait(look: Any, what: str, process: Program) -> None:
    """Until it is so. Raises StartError with the last words of a process that did not come up."""
    deadline = time.monotonic() + START_SECONDS
    while not look():
        if time.monotonic() > deadline or process.ended():
            last = " ".join(process.said().splitlines()[-3:])
            raise StartError(f"{what} did not start: {last[-600:]}")
        time.sleep(0.1)


def _open(request: urllib.request.Request) -> Any:
    return urllib.request.urlopen(request, timeout=ASK_SECONDS)  # noqa: S310  ours


def _read(answer: Any, begin: float) -> Answer:
    raw = answer.read()
    is_json = "json" in answer.headers.get("Content-Type", "")
    body = json.loads(raw) if is_json else raw.decode(errors="replace")
    return Answer(answer.status, body, time.monotonic() - begin)
