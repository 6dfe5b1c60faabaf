"""The application in the production layer: gunicorn and a worker, reached as people reach them."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

from config.settings.environment import ROOT
from tests.servers.postgres import Postgres
from tests.servers.process import Process, eventually, free_port
from tests.servers.redis import Redis
from tests.servers.sink import Sink
from tests.servers.smtp import Smtp

BEGINNING = """
import json
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
from accounts.models import User
from authentication.models import Session
from authentication.tokens import issue
tokens = {}
for role in ("editor", "contributor", "reader"):
    user = User.objects.create_user(role, f"{role}@example.org", role=role)
    session = Session.objects.create(user=user, auth_hash=user.get_session_auth_hash())
    tokens[role] = issue(session)["access"]
print(json.dumps(tokens))
"""


class Answer(NamedTuple):
    """What came back, and how long it took."""

    status: int
    body: Any
    headers: dict[str, str]
    seconds: float


class Platform:
    """Start it, ask it, look at what it said."""

    def __init__(
        self,
        folder: Path,
        *,
        postgres: Postgres,
        redis: Redis,
        smtp: Smtp,
        sink: Sink,
    ) -> None:
        self.port, self.metrics_port = free_port(), free_port()
        self.tokens: dict[str, str] = {}
        home = f"http://127.0.0.1:{sink.port}"
        self.env = {
            "PATH": os.environ["PATH"],
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "SECRET_KEY": "not-a-secret-" + "s" * 50,
            "JWT_SIGNING_KEY": "not-a-secret-" + "j" * 64,
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_SSL_REDIRECT": "false",
            "DATABASE_URL": postgres.url(),
            "REDIS_URL": redis.url(),
            "THROTTLE_BURST": "",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(smtp.port),
            "EMAIL_USE_TLS": "false",
            "EMAIL_TIMEOUT_SECONDS": "1",
            "TASK_BACKOFF_SECONDS": "1",
            "TASK_BACKOFF_MAX_SECONDS": "1",
            "TASK_MAX_REDELIVERIES": "2",
            "TASK_SOFT_TIME_LIMIT_SECONDS": "0",
            "TASK_TIME_LIMIT_SECONDS": "8",
            "CACHE_CIRCUIT_SECONDS": "2",
            "WORKER_METRICS_HOST": "127.0.0.1",
            "WORKER_METRICS_PORT": str(self.metrics_port),
            "OTEL_EXPORTER_OTLP_ENDPOINT": home,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "SENTRY_DSN": f"http://public@127.0.0.1:{sink.port}/1",
        }
        gunicorn = ["gunicorn", "config.wsgi:application", "--chdir", str(ROOT)]
        gunicorn += ["--bind", f"127.0.0.1:{self.port}", "--workers", "1"]
        self._folder = folder
        self.web = self._process("web", [*gunicorn, "--threads", "8"])
        worker = ["celery", "-A", "config.celery", "worker", "--concurrency", "1"]
        worker += ["--queues", "comments,mail,analytics", "--loglevel", "info"]
        self.worker = self._process("worker", worker)

    def _process(self, name: str, arguments: list[str]) -> Process:
        command = [sys.executable, "-m", *arguments]
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "src" / "apps")])
        env = {**self.env, "PYTHONPATH": path}
        return Process(command, output=self._folder / f"{name}.log", env=env)

    def start(self) -> None:
        """Migrate, make people, serve, work."""
        said = self.manage("shell", "--no-imports", "-c", BEGINNING)
        self.tokens = json.loads(said)
        self.worker.start()
        self.start_web()
        self.worker_is_ready()

    def start_web(self) -> None:
        """Serve; returns when it answers."""
        self.web.start()
        eventually(self.serves)

    def worker_is_ready(self, times: int = 1) -> None:
        """Wait until a worker has said so this many times."""
        eventually(lambda: self.worker.said().count(" ready.") >= times)

    def stop(self) -> None:
        """End both."""
        self.web.stop()
        self.worker.stop()

    def manage(self, *arguments: str) -> str:
        """What `manage.py …` prints."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(  # noqa: S603  our own command
            command, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def serves(self) -> bool:
        """Whether the web server answers."""
        try:
            return self.ask("/live").status == 200
        except OSError:
            return False

    def ask(
        self,
        path: str,
        *,
        by: str | None = None,
        send: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        port: int | None = None,
    ) -> Answer:
        """GET, or POST what is to be sent, as nobody or as a person with that role."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{port or self.port}{path}",
            data=None if send is None else json.dumps(send).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        if by:
            request.add_header("Authorization", f"Bearer {self.tokens[by]}")
        begin = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                return _read(answer, begin)
        except urllib.error.HTTPError as refusal:
            return _read(refusal, begin)

    def lines(self, process: Process) -> list[dict[str, Any]]:
        """What a process logged; a banner and the interpreter's warnings are no log."""
        said = process.said().splitlines()
        return [json.loads(line) for line in said if line.startswith("{")]

    def publish(self, title: str) -> int:
        """A post that is out, by the contributor; its id."""
        sent = {"title": title, "body": "Something to read."}
        post = self.ask("/api/v1/posts/", by="contributor", send=sent).body["id"]
        published = self.ask(
            f"/api/v1/posts/{post}/publish/", by="contributor", send={}
        )
        assert published.status == 200, published
        return int(post)

    def comment(self, post: int, *, by: str = "reader", **headers: str) -> Answer:
        """A comment on it."""
        sent = {"post": post, "body": "Well said."}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("/api/v1/comments/", by=by, send=sent, headers=given)


def _read(answer: Any, begin: float) -> Answer:
    raw = answer.read()
    is_json = "json" in answer.headers.get("Content-Type", "")
    body = json.loads(raw) if is_json else raw.decode()
    return Answer(answer.status, body, dict(answer.headers), time.monotonic() - begin)
