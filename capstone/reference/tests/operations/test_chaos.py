# FILE SOLUTION 06
"""The chaos experiments as operators start them, on real servers: kept, broken, refused."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chaos.experiments import EXPERIMENTS
from config.settings.environment import ROOT
from tests.servers.postgres import Postgres
from tests.servers.process import eventually, free_port, listens
from tests.servers.redis import Redis

SECONDS = 400
# What is looked at here is what is said, and not how fast the machine is.
SLOW = {"CHAOS_TIME_FACTOR": "20"}


def start(*words: str, **env: str) -> "subprocess.Popen[str]":
    """`python -m chaos …`, without any variable of the tests' own."""
    return subprocess.Popen(  # noqa: S603  our own command
        [sys.executable, "-m", "chaos", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **SLOW, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*words: str, **env: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    process = start(*words, **env)
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


def test_the_list_names_every_experiment_and_its_fault() -> None:
    code, out, _ = run("list")
    assert code == 0
    assert [line.split(maxsplit=1) for line in out.splitlines()] == [
        [one.name, one.fault] for one in EXPERIMENTS
    ]


@pytest.mark.parametrize(
    ("words", "env", "said"),
    [
        (["cache-gon"], {}, "There is no experiment 'cache-gon'"),
        (
            [],
            {"CHAOS_DATABASE_URL": "postgres://a@db.example.org/x"},
            "on this machine",
        ),
        ([], {"CHAOS_REDIS_URL": "postgres://a@127.0.0.1/x"}, "redis://…"),
        ([], {"CHAOS_REDIS_URL": "redis://127.0.0.1:nothing/0"}, "on this machine"),
        ([], {"CHAOS_TIME_FACTOR": "fast"}, "from 1 to 100"),
        ([], {"CHAOS_TIME_FACTOR": "0"}, "from 1 to 100"),
        ([], {"CHAOS_WEB_PORT": "eighty"}, "CHAOS_WEB_PORT"),
        (["--json", "/nowhere/at/all.json", "cache-gone"], {}, "cannot be written"),
    ],
)
def test_what_is_asked_for_wrongly_is_2_and_a_sentence(
    words: list[str], env: dict[str, str], said: str
) -> None:
    code, _, err = run("run", *words, **env)
    assert (code, said in err, "Traceback" in err) == (2, True, False), err


def test_promises_that_hold_are_0_and_every_one_is_in_the_file(
    postgres: Postgres, redis: Redis, tmp_path: Path
) -> None:
    postgres.create("chaos")
    port, file = free_port(), tmp_path / "seen.json"
    given = {
        "CHAOS_DATABASE_URL": postgres.url("chaos"),
        "CHAOS_REDIS_URL": f"redis://127.0.0.1:{redis.port}/8",
        "CHAOS_WEB_PORT": str(port),
    }
    names = ["cache-gone", "worker-killed"]
    code, out, err = run("run", *names, "--json", str(file), **given)
    assert (code, err) == (0, ""), out + err
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["kept", one] for one in names
    ]
    for seen in json.loads(file.read_text())["experiments"]:
        assert seen["outcome"] == "kept"
        assert len(seen["promises"]) > 8
        assert all(one["kept"] for one in seen["promises"])
    with postgres.connect("chaos") as connection:
        found = connection.execute("SELECT count(*) FROM comments_comment").fetchone()
    assert found == (3,)
    assert not listens(port)


def test_a_promise_that_does_not_hold_is_1_and_says_what_was_seen(
    tmp_path: Path,
) -> None:
    """E-mails are not tried again: what the mail server did not take is lost."""
    file = tmp_path / "seen.json"
    given = {"TASK_MAX_RETRIES": "0", "CHAOS_TIME_FACTOR": "1"}  # to wait in vain
    code, out, _ = run("run", "mail-refusing", "--json", str(file), **given)
    assert code == 1
    assert out.startswith("broken  mail-refusing")
    (seen,) = json.loads(file.read_text())["experiments"]
    broken = [one for one in seen["promises"] if not one["kept"]]
    assert {"no task is lost to the dead letters"} <= {one["promise"] for one in broken}
    assert f"        {broken[0]['promise']}: {broken[0]['observed']}" in out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_interrupts_leaves_no_process_behind(number: signal.Signals) -> None:
    process = start("run", "cache-gone")
    eventually(lambda: _below(process.pid), seconds=60)
    started = _below(process.pid)
    process.send_signal(number)
    _, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, "Interrupted" in err) == (130, True)
    assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []


def _below(pid: int) -> list[Any]:
    """The processes that it has started and those have, at this moment."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [*found, *(child for one in found for child in _below(int(one)))]
