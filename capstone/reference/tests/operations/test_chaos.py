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
