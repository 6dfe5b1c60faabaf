"""One performance gate at a time on a host, and no lock that outlives who held it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.domain.errors import EnvironmentError_
from grader.gates.performance.alone import alone

# A process that a shell started in the background ignores Ctrl-C, and so do all that it starts.
HOLD = """import signal, sys, time
from pathlib import Path
from grader.gates.performance.alone import alone
signal.signal(signal.SIGINT, signal.default_int_handler)
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(state_dir: Path) -> "subprocess.Popen[str]":
    """Another process that asks for the lock; it says so once it has it."""
    return subprocess.Popen([sys.executable, "-c", HOLD, str(state_dir)], stdout=subprocess.PIPE, text=True)


def first_line(process: "subprocess.Popen[str]") -> str:
    """What it says first."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_whoever_waits_has_it_once_the_other_ends_however_it_ends(tmp_path: Path, how: signal.Signals) -> None:
    with holder(tmp_path) as first:
        assert first_line(first) == "held"
        with pytest.raises(EnvironmentError_, match="did not end"), alone(tmp_path, longest_s=0.5):
            pass
        os.kill(first.pid, how)
        with alone(tmp_path, longest_s=10):
            pass


def test_whoever_waits_can_be_interrupted(tmp_path: Path) -> None:
    with alone(tmp_path), holder(tmp_path) as second:
        time.sleep(2)
        second.send_signal(signal.SIGINT)
        assert second.wait(10) != 0
        assert first_line(second) == ""


def test_control_two_caches_have_a_lock_each(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with alone(tmp_path), alone(tmp_path / "other", longest_s=0.5):
        pass
