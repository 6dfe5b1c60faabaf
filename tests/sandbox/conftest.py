"""One sandbox, and one server of each kind, for all tests of a session."""

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from grader.sandbox.api import Launch, Limits, Process
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.services.postgres import Postgres
from grader.sandbox.services.redis import Redis

Start = Callable[..., Process]


def descriptors() -> int:
    """How many file descriptors this process holds."""
    return psutil.Process().num_fds()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Bubblewrap]:
    sandbox = Bubblewrap()
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="session")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small tree that the sandbox's user may read."""
    root = tmp_path_factory.mktemp("submission")
    root.chmod(0o755)
    (root / "src").mkdir()
    (root / "manage.py").write_text("import sys; print(sys.argv)")
    (root / "json.py").write_text("raise SystemExit('shadowed')")
    return root


@pytest.fixture
def start(sandbox: Bubblewrap, submission: Path) -> Iterator[Start]:
    """Starts code inside; whatever still runs at the end of the test is killed."""
    started: list[Process] = []

    def start(code: str, limits: Limits | None = None, **more: object) -> Process:
        argv = ("-c", textwrap.dedent(code))
        launch = Launch(argv, limits=limits or Limits(wall_s=20), **more)  # type: ignore[arg-type]
        started.append(sandbox.start(launch, submission=submission, deps=None))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def inside(start: Start) -> Callable[..., str]:
    """Runs code inside to its end and returns what it wrote."""

    def inside(code: str, limits: Limits | None = None, **more: object) -> str:
        process = start(code, limits, **more)
        process.wait(25)
        return process.output().decode(errors="replace")

    return inside


@pytest.fixture(scope="session")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def postgres(sandbox: Bubblewrap, state_dir: Path) -> Iterator[Postgres]:
    server = Postgres(sandbox, state_dir=state_dir)
    server.start()
    server.create_template("seed")
    with server.writer("seed") as connection:
        connection.execute("CREATE TABLE public.note (body text); INSERT INTO public.note VALUES ('first')")
    server.seal_template("seed")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis(sandbox: Bubblewrap) -> Iterator[Redis]:
    server = Redis(sandbox)
    server.start()
    yield server
    server.stop()
