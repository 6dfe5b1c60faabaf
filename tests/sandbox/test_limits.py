"""Floods and bombs: each ends by itself, and the machine does not notice."""

import time
from collections.abc import Callable

import pytest

from grader.sandbox import cgroup, hierarchy
from grader.sandbox.api import Limits

from .conftest import Start

Inside = Callable[..., str]
HELD, _ = cgroup.probe()
needs_memory_group = pytest.mark.skipif("memory" not in HELD, reason="this machine grants no memory control group")


def test_a_fork_bomb(inside: Inside) -> None:
    said = inside(
        """
        import os, time
        n = 0
        try:
            while True:
                if os.fork() == 0:
                    time.sleep(20); os._exit(0)
                n += 1
        except OSError as error:
            print("stopped after", n, error.errno, flush=True)
            os._exit(0)
        """,
        Limits(processes=40, wall_s=15),
    )
    assert said.startswith("stopped after")
    assert int(said.split()[2]) <= 40


def test_a_memory_bomb_in_one_process(inside: Inside) -> None:
    said = inside(
        "try: b = bytearray(3 << 30)\nexcept MemoryError: print('refused')", Limits(address_mb=1024, wall_s=15)
    )
    assert said == "refused\n"


@needs_memory_group
def test_a_memory_bomb_in_many(start: Start) -> None:
    process = start(
        """
        import os, time
        for i in range(8):
            if os.fork() == 0:
                b = bytearray(60 << 20); time.sleep(2); os._exit(0)
        print([os.wait()[1] for i in range(8)])
        """,
        Limits(memory_mb=200, wall_s=15),
    )
    process.wait(15)
    usage = process.usage()
    assert usage.oom_kills
    assert usage.peak_memory_mb is not None
    assert usage.peak_memory_mb < 210


@pytest.mark.parametrize("place", ["/tmp/flood", "/dev/shm/flood"])
def test_a_disk_flood(inside: Inside, place: str) -> None:
    said = inside(
        f"""
        n = 0
        try:
            for i in range(400):
                with open("{place}%d" % i, "wb") as f:
                    f.write(b"x" * (4 << 20)); n += 4
        except OSError as error:
            print(error.errno, n)
        """,
        Limits(tmp_mb=64, wall_s=15),
    )
    number, written = map(int, said.split())
    assert number == 28
    assert written <= 64


def test_one_large_file(inside: Inside) -> None:
    code = "try: open('/tmp/a', 'wb').write(b'x' * (9 << 20))\nexcept OSError as error: print(error.errno)"
    assert inside(code, Limits(file_mb=8, wall_s=15)) == "27\n"


def test_a_flood_of_output(start: Start) -> None:
    """The beginning and the end are kept, and the flood is not slowed down by a full pipe."""
    process = start(
        "import sys; print('first'); [sys.stdout.write('x' * 65536) for i in range(1000)]; print('last')",
        output_limit=10_000,
    )
    assert process.wait(20) == 0
    said = process.output()
    assert said.startswith(b"first")
    assert said.endswith(b"last\n")
    assert b"bytes left out" in said
    assert len(said) < 10_100


def test_an_endless_flood_is_ended(start: Start) -> None:
    process = start("while True: print('x' * 100000)", Limits(wall_s=1), output_limit=1000)
    assert process.wait(5) == 137
    assert len(process.output()) < 1100


@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(60)",
        "import signal, time\nfor s in (1, 2, 3, 15): signal.signal(s, signal.SIG_IGN)\nwhile True: pass",
        "import os, time\nif os.fork() == 0: os.setsid(); time.sleep(60)\nos.close(1); os.close(2); time.sleep(60)",
    ],
    ids=["sleeps", "ignores signals and burns", "closes its output and forks away"],
)
def test_time_is_up(start: Start, code: str) -> None:
    process = start(code, Limits(wall_s=0.6))
    begun = time.monotonic()
    assert process.wait(5) == 137
    assert time.monotonic() - begun < 1.5
    assert process.usage().timed_out


def test_processor_time(start: Start) -> None:
    process = start("while True: pass", Limits(cpu_s=1, wall_s=15))
    assert process.wait(10) in (137, 152)
    assert not process.usage().timed_out


def test_waiting_does_not_kill(start: Start) -> None:
    process = start("import time; time.sleep(5)")
    with pytest.raises(TimeoutError):
        process.wait(0.1)
    assert process.poll() is None


def test_no_group_is_left() -> None:
    group = cgroup.create(Limits())
    directories = list(group.directories.values())
    group.remove()
    assert not any(directory.exists() for directory in directories)


def test_a_machine_without_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hierarchy, "own", lambda *_: None)
    held, why = cgroup.probe()
    assert held == frozenset()
    assert any("no such control group" in reason for reason in why)


def test_neighbours_have_each_their_own_count(start: Start) -> None:
    """Together they are more processes than either may have."""
    code = """
        import os, time
        for i in range(25):
            if os.fork() == 0:
                time.sleep(20); os._exit(0)
        print("all started", flush=True); time.sleep(20)
    """
    processes = [start(code, Limits(processes=30, wall_s=15)) for _ in range(3)]
    deadline = time.monotonic() + 5
    while not all(p.output() for p in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [p.output() for p in processes] == [b"all started\n"] * 3
