"""A real Valkey, real workers and a real coordinator, all processes; only each grading is stood in for."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from grader.classroom.answer import evidence
from grader.course import load_course
from grader.sandbox.services import binaries
from tests.classroom.samples import class_of, measured

ROOT = Path(__file__).parents[3]
KEY = "k" * 64
_PATIENCE_S = 180.0  # the machine may be busy with other things


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Returns once it holds; an ``AssertionError`` that says what did not, after minutes."""
    until = time.monotonic() + _PATIENCE_S
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.02)


class Farm:
    """A broker, a store, a class of submissions to module 02, and whatever is started on them.

    ``socket`` is where Valkey listens: a path that is short enough to be one.
    """

    def __init__(self, home: Path, temporary: Path, socket: Path, count: int = 6) -> None:
        self.home, self.temporary, self.socket = home, temporary, socket
        self.broker = f"redis+socket://{socket}"
        self.answers, self.submissions = home / "answers", home / "class"
        self.started: list[subprocess.Popen[str]] = []
        module = next(m for m in load_course(ROOT).modules if m.number == 2)
        ids = [c.id for c in module.criteria]
        self.answers.mkdir()
        self.names = [f"s{number:02d}" for number in range(count)]
        for number, name in enumerate(self.names):
            (self.answers / f"{name}.json").write_bytes(evidence(measured(ids[number * 3 :], module=module)))
        class_of(self.submissions, **dict.fromkeys(self.names, "sleep 0.1"))

    def do(self, name: str, what: str) -> None:
        """What the grading of this submission does."""
        (self.submissions / name / "do").write_text(what)

    def worker(self, *more: str, answers: Path | None = None) -> "subprocess.Popen[str]":
        """A worker of the queue checks that does one at a time, unless it is said otherwise."""
        words = ["worker", "--broker", self.broker, "--store", str(self.home / "store"), "--course", str(ROOT)]
        words += ["--allow-process"]
        given = [*words, *(more or ("--workers", "1", "--metrics", "off"))]
        return self._start("tests.classroom.distributed.worker_stand_in", answers or self.answers, given)

    def coordinator(self, out: str, *more: str, executor: str = "celery") -> "subprocess.Popen[str]":
        """`grader class` on the submissions."""
        words = ["class", str(self.submissions), "--module", "02", "--out", str(self.home / out), "--author", "Grace"]
        words += ["--sandbox", "process", "--executor", executor, "--course", str(ROOT)]
        if executor == "celery":
            words += ["--broker", self.broker, "--store", str(self.home / "store")]
        return self._start("tests.classroom.coordinator", self.answers, [*words, *more])

    def graded(self, out: str, *more: str, executor: str = "celery") -> tuple[int, str]:
        """The exit code of a coordinator that was let run to its end, and what it said."""
        return ended(self.coordinator(out, *more, executor=executor))

    def book(self, out: str) -> bytes:
        """The gradebook."""
        return (self.home / out / "gradebook.csv").read_bytes()

    @property
    def begun(self) -> list[str]:
        """The submissions whose gradings were begun, in that order."""
        log = self.answers / "begun"
        return log.read_text().split() if log.is_file() else []

    @property
    def valkey(self) -> "redis.Redis":
        """A client of the broker."""
        return redis.Redis(unix_socket_path=str(self.socket))

    def age(self) -> None:
        """Has every message that a worker took be as old as if the visibility time-out had passed."""
        for tag in self.valkey.zrange("unacked_index", 0, -1):
            self.valkey.zadd("unacked_index", {tag: 0}, xx=True)

    def end(self) -> None:
        """Ends what was started."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=30)

    def _start(self, module: str, answers: Path, words: list[str]) -> "subprocess.Popen[str]":
        env = os.environ | {
            "GRADER_CACHE": str(self.home / "cache"),
            "GRADER_WORKER_KEY": KEY,
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(ROOT),
        }
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(answers), *words], env=env, cwd=ROOT, stdout=pipe, stderr=pipe, text=True
        )
        self.started.append(process)
        return process


def ended(process: "subprocess.Popen[str]", how: signal.Signals | None = None) -> tuple[int, str]:
    """The exit code and all that was said, of one that is told to end, if ``how`` says so."""
    if how is not None:
        process.send_signal(how)
    said, error = process.communicate(timeout=_PATIENCE_S)
    return process.returncode, said + error


@contextmanager
def valkey(folder: Path) -> Iterator[Path]:
    """The socket of a server of its own in the folder, which keeps nothing."""
    path = folder / "v.sock"
    words = [
        str(binaries.redis().program),
        "--port",
        "0",
        "--unixsocket",
        str(path),
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    try:
        wait_until(path.exists, "Valkey does not start")
        yield path
    finally:
        server.terminate()
        server.wait(30)
