"""What one check leaves for a later one to read, on PostgreSQL: each way with the control that it works.

The project is loaded once and each check is a child of it, so whatever outlives the child could carry the hidden
questions of one check to the next.
"""

import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis import Redis

from grader.agent.mount import INSIDE, inside_mount
from grader.checkpoint.spec import RunSpec
from grader.environment import prepare
from grader.sandbox import seccomp
from grader.sandbox.api import Mount
from grader.sandbox.running import Running
from grader.sandbox.services.postgres import Postgres
from grader.stage import host
from grader.stage.places import MIGRATED, OnPostgres
from grader.stage.postgres.databases import PostgresDatabases
from grader.stage.stage import Stage

ROOT = Path(__file__).parents[2]
PROJECT, REFERENCE = ROOT / "tests/checkpoint/data/project", ROOT / "capstone/reference"
NOTES = '''
import ctypes, os, resource, socket, time
from django.conf import settings
from django.db import connection

NOTE = "SET application_name = 'note'"
SETTINGS = "FROM pg_db_role_setting WHERE 'application_name=note' = ANY (setconfig)"
cell = ctypes.create_string_buffer(b"empty", 16)

def other(sql, database=None):
    """A statement in another database of the server."""
    import psycopg

    d = settings.DATABASES["default"]
    where = {"host": d["HOST"], "user": d["USER"], "password": d["PASSWORD"], "dbname": database or d["NAME"]}
    with psycopg.connect(**where, **({"port": d["PORT"]} if d["PORT"] else {}), autocommit=True) as c:
        done = c.execute(sql)
        return done.fetchone()[0] if done.description else None

def linger():
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\\0note")
    listener.listen()
    child = os.fork()
    if child == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)
    while os.getsid(child) != child:  # the check's own session is ended with it
        time.sleep(0.01)

def into_the_parent():
    with open(f"/proc/{os.getppid()}/mem", "r+b", buffering=0) as memory:
        memory.seek(ctypes.addressof(cell))
        memory.write(b"note\\0")

LEAVE = {
    "file": lambda: open("/tmp/note", "w").close(),
    "shared memory": lambda: open("/dev/shm/note", "w").close(),
    "daemon": linger,
    "memory of the parent": into_the_parent,
    "limits of the parent": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_MSGQUEUE, (4711, 4711)),
    "System V": lambda: ctypes.CDLL(None).shmget(77, 4096, 0o1666),
    "table in the scratch database": lambda: other("CREATE TABLE note AS SELECT 1", "scratch"),
    "large object in the scratch database": lambda: other("SELECT lo_from_bytea(4711, 'x')", "scratch"),
    "setting of the role": lambda: other(f"ALTER ROLE CURRENT_USER {NOTE}"),
    "setting for another database": lambda: other(f"ALTER ROLE CURRENT_USER IN DATABASE postgres {NOTE}"),
}
LOOK = {
    "file": lambda: os.path.exists("/tmp/note"),
    "shared memory": lambda: os.path.exists("/dev/shm/note"),
    "daemon": lambda: socket.socket(socket.AF_UNIX).connect("\\0note") is None,
    "memory of the parent": lambda: cell.value == b"note",
    "limits of the parent": lambda: resource.getrlimit(resource.RLIMIT_MSGQUEUE)[0] == 4711,
    "System V": lambda: ctypes.CDLL(None).shmget(77, 4096, 0o600) >= 0,
    "table in the scratch database": lambda: other("SELECT count(*) FROM note", "scratch") == 1,
    "large object in the scratch database": lambda: bool(other("SELECT lo_get(4711)", "scratch")),
    "setting of the role": lambda: other("SELECT current_setting('application_name')") == "note",
    "setting for another database": lambda: bool(other(f"SELECT count(*) {SETTINGS}")),
}

def attempt(kind, name):
    try:
        return {"leave": LEAVE, "look": LOOK}[kind][name]()
    except Exception as error:
        return repr(error)[:200]
'''
WAYS = (
    "file",
    "shared memory",
    "daemon",
    "memory of the parent",
    "limits of the parent",
    "System V",
    "table in the scratch database",
    "large object in the scratch database",
    "setting of the role",
    "setting for another database",
)
# A check's login is that of its database alone: it enters no other, and what it sets for itself ends with it.
HELD_TWICE = {"table in the scratch database", "large object in the scratch database", "setting of the role"}
Found = Callable[[], set[str]]


@pytest.fixture
def spec(state_dir: Path, tmp_path: Path) -> RunSpec:
    """A run of the tiny project, with the notes beside its models."""
    root = tmp_path / "submission"
    shutil.copytree(PROJECT, root)
    (root / "src/apps/posts/notes.py").write_text(NOTES)
    (root / "src/apps/posts/models.py").open("a").write("\nfrom posts import notes  # loaded in the parent\n")
    for folder in (tmp_path, tmp_path.parent):
        folder.chmod(0o711)
    cache = state_dir / "environments"
    environment = prepare(REFERENCE, course_lock=REFERENCE, cache=cache, progress=lambda text: None)
    return RunSpec(
        submission=root,
        deps=environment.site,
        sandbox="auto",
        database="postgres",
        mode="fork",
        seed=7,
        criteria=(),
        selected=(),
        state_dir=state_dir,
        folder=tmp_path,
        claims=tmp_path,
        progress_fd=-1,
        life_fd=-1,
    )


@pytest.fixture
def found(spec: RunSpec) -> Iterator[Found]:
    """The ways by which a later check reads what an earlier one has left."""
    opened: list[Stage] = []

    def check(session: Stage, *arguments: str) -> Any:
        with (
            session.services.postgres_databases.copy(MIGRATED) as name,
            session.main.check("fork", OnPostgres(name)) as client,
        ):
            steps = [["call", list(arguments), {}]]
            return client.ask("evaluate", within_s=10, root="posts.notes:attempt", steps=steps)

    def go() -> set[str]:
        session = Stage(spec)
        opened.append(session)
        session.main.ready("postgres")
        for name in WAYS:
            check(session, "leave", name)
        return {name for name in WAYS if check(session, "look", name) is True}

    yield go
    for session in opened:
        session.close()


def test_nothing_is_carried_from_check_to_check(found: Found) -> None:
    assert found() == set()


def test_control_without_the_defences(found: Found, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each of them taken out, everything is carried that no login of a database's own holds as well."""
    agent = tmp_path / "inside"
    shutil.copytree(inside_mount().source, agent)
    checks = agent / "checks.py"
    assert checks.read_text().count("set_dumpable(False)") == 1
    checks.write_text(checks.read_text().replace("set_dumpable(False)", "set_dumpable(True)"))
    monkeypatch.setattr(host, "inside_mount", lambda: Mount(agent, INSIDE))
    monkeypatch.setattr(Running, "remember", lambda self: None)
    monkeypatch.setattr(Running, "restore", lambda self: True)
    monkeypatch.setattr(PostgresDatabases, "close_scratch", lambda self: None)
    monkeypatch.setattr(Postgres, "forget_settings", lambda self: None)
    monkeypatch.setattr(seccomp, "program", lambda **_: struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000))
    assert found() == set(WAYS) - HELD_TWICE


def test_nothing_is_left_in_redis(spec: RunSpec) -> None:
    """Neither values nor scripts; the control is that both are there before."""
    with closing(Stage(spec)) as session:
        url = urlsplit(session.services.redis_server.url(6379))
        where = {"unix_socket_path": str(session.services.redis_server.socket), "username": url.username}
        with closing(Redis(**where, password=url.password)) as learner:  # type: ignore[arg-type]
            learner.set("note", "x")
            script = learner.script_load("return 'note'")
            assert (learner.exists("note"), learner.script_exists(script)) == (1, [True])
            session.services.reset()
            assert (learner.exists("note"), learner.script_exists(script)) == (0, [False])


def test_a_sandbox_that_cannot_be_put_back_is_replaced(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then each check has one of its own, and finds as little."""
    monkeypatch.setattr(Running, "restore", lambda self: False)
    assert found() == set()
