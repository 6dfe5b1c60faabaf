"""The sandbox that is none: the same launches work, and it says what it is."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from grader.sandbox.api import Launch, Limits, Mount
from grader.sandbox.process import Process


@pytest.fixture
def sandbox() -> Iterator[Process]:
    sandbox = Process()
    yield sandbox
    sandbox.close()


def test_it_is_honest_about_itself(sandbox: Process) -> None:
    assert (sandbox.name, sandbox.official) == ("process", False)


def test_fixed_places_are_found(sandbox: Process, submission: Path, tmp_path: Path) -> None:
    script = tmp_path / "agent.py"
    script.write_text("import os, sys; print(os.getcwd(), sys.argv[1:], sys.path[-1], os.environ['DATA'])")
    launch = Launch(
        ("/grader/agent.py", "/submission/a", "7"), env={"DATA": "/deps/x"}, mounts=(Mount(script, "/grader/agent.py"),)
    )
    process = sandbox.start(launch, submission=submission, deps=tmp_path)
    assert process.wait(10) == 0
    assert process.output().decode().split() == [
        str(submission), f"['{submission}/a',", "'7']", str(submission), f"{tmp_path}/x",
    ]  # fmt: skip


def test_the_graders_packages_are_not_there(sandbox: Process, submission: Path) -> None:
    process = sandbox.start(Launch(("-c", "import psycopg")), submission=submission, deps=None)
    assert process.wait(10) == 1
    assert b"ModuleNotFoundError" in process.output()


def test_ports_are_free_ones_told_beforehand(sandbox: Process, submission: Path) -> None:
    port = sandbox.reserve((5432,))[5432]
    code = f"import socket; socket.create_connection(('127.0.0.1', {port})).sendall(b'q')"
    process = sandbox.start(Launch(("-c", code), ports=(5432,)), submission=submission, deps=None)
    process.listeners[5432].settimeout(5)
    accepted, _ = process.listeners[5432].accept()
    with accepted:
        assert accepted.recv(1) == b"q"
    assert process.port(5432) == port
    process.kill()


def _runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_children_end_with_it(sandbox: Process, submission: Path) -> None:
    code = "import os, time\nprint(os.fork(), flush=True)\ntime.sleep(30)"
    process = sandbox.start(Launch(("-c", code), limits=Limits(wall_s=0.5)), submission=submission, deps=None)
    assert process.wait(5) == 137
    assert process.usage().timed_out
    child = max(map(int, process.output().split()))
    deadline = time.monotonic() + 2
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _runs(child)


def test_the_submission_is_not_written_to(sandbox: Process, submission: Path) -> None:
    code = "open('new', 'w').write('x'); import os; print(sorted(os.listdir('.')))"
    process = sandbox.start(Launch(("-c", code), copy_submission=True), submission=submission, deps=None)
    assert process.wait(10) == 0
    assert b"new" in process.output()
    assert not (submission / "new").exists()


def test_limits_hold_for_each_process(sandbox: Process, submission: Path) -> None:
    code = "import resource as r; print(r.getrlimit(r.RLIMIT_NOFILE)[1], r.getrlimit(r.RLIMIT_CORE)[1])"
    process = sandbox.start(Launch(("-c", code), limits=Limits(open_files=99)), submission=submission, deps=None)
    assert process.wait(10) == 0
    assert process.output() == b"99 0\n"


def test_it_runs_on_the_same_python(sandbox: Process) -> None:
    process = sandbox.start(Launch(("-c", "import sys; print(sys.version)")), submission=None, deps=None)
    assert process.wait(10) == 0
    assert process.output().decode().strip() == sys.version
