"""What every attack is run against: checks and neighbours with canaries in them, and a listener outside."""

import secrets
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grader.course import Course, assign, load_course, project_to
from grader.domain.course import State
from grader.pipeline import Assignment
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.services.postgres import Postgres

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Bait:
    """What an attack may never bring home: canaries, and the folders whose bytes may not change."""

    canaries: tuple[str, ...]
    guarded: tuple[Path, ...]
    assignments: dict[int, Assignment]


@dataclass
class Listener:
    """A server on the host's loopback and one on an abstract socket; ``reached`` counts who came."""

    port: int
    reached: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def course() -> Course:
    return load_course(ROOT)


@pytest.fixture(scope="session")
def bases(course: Course, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Path]:
    """The honest submissions that attacks start from, projected once."""
    room = tmp_path_factory.mktemp("bases")
    states = {
        (("solution" if solved else "starter"), n): State(n, solved) for n in (1, 2, 3) for solved in (False, True)
    }
    return {key: project_to(course, state, room / f"{key[0]}-{key[1]}") for key, state in states.items()}


@pytest.fixture(scope="session")
def bait(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bait]:
    """The course's checks, copied and salted; a neighbour's submission; a secret in the environment."""
    room = tmp_path_factory.mktemp("staff")
    canaries = tuple(f"CANARY-{secrets.token_hex(8)}" for _ in range(4))
    checks, mutants, environment, neighbour = canaries
    assignments = {}
    for number in (1, 2, 3):
        honest = assign(course, number, tmp_path_factory.mktemp("control"))
        folder = room / f"checks-{number}"
        shutil.copytree(honest.public.parent, folder)
        for path in folder.rglob("*.py"):
            path.write_text(f"# {checks}\n{path.read_text('utf-8')}\n_SALT = {checks!r}\n", "utf-8")
        assignments[number] = Assignment(
            module=honest.module,
            public=folder / "public",
            hidden=folder / "hidden",
            course_lock=honest.course_lock,
            control=honest.control,
        )
    (room / "mutants").mkdir()
    (room / "mutants" / "one.toml").write_text(f"title = '{mutants}'\n", "utf-8")
    beside = Path("/tmp") / f"track-neighbour-{secrets.token_hex(4)}"
    beside.mkdir(mode=0o755)
    (beside / "models.py").write_text(f"# {neighbour}\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACK_STAFF_TOKEN", environment)
        yield Bait(canaries=canaries, guarded=(room, beside), assignments=assignments)
    shutil.rmtree(beside)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Waits for a visitor from inside the sandbox, who must not come."""
    tcp = socket.create_server(("127.0.0.1", 0))
    abstract = socket.socket(socket.AF_UNIX)
    state = Listener(port=tcp.getsockname()[1])
    abstract.bind(f"\0track-attack-{state.port}")
    abstract.listen()

    def wait(server: socket.socket, name: str) -> None:
        while True:
            try:
                server.accept()
            except OSError:
                return
            state.reached.append(name)

    for server, name in ((tcp, "loopback"), (abstract, "abstract socket")):
        threading.Thread(target=wait, args=(server, name), daemon=True).start()
    yield state
    for server in (tcp, abstract):
        server.shutdown(socket.SHUT_RDWR)
        server.close()


@pytest.fixture(scope="module")
def server(state_dir: Path) -> Iterator[Postgres]:
    """A PostgreSQL for the attacks on what looks into it."""
    sandbox = Bubblewrap()
    server = Postgres(sandbox, state_dir=state_dir)
    server.start()
    yield server
    server.stop()
    sandbox.close()
