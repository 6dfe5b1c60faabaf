"""What the kernel counts of a process and its descendants."""

import os
import subprocess
import sys
import time

from grader.agent.deadline import grown
from grader.sandbox.load import usage

BUSY = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass'])"


def test_a_busy_grandchild_is_seen_computing_and_a_sleeper_is_not() -> None:
    busy, asleep = (subprocess.Popen([sys.executable, "-c", code]) for code in (BUSY, "import time; time.sleep(60)"))
    try:
        time.sleep(0.5)
        before = {process.pid: usage(process.pid) for process in (busy, asleep)}
        time.sleep(1)
        computed = {pid: grown(known, usage(pid)) for pid, known in before.items()}
        assert sum(computed[busy.pid]) > 0.7  # computing or, on a busy machine, waiting to
        assert sum(computed[asleep.pid]) < 0.1
        assert usage().keys() >= usage(busy.pid).keys()
    finally:
        for child in usage(busy.pid):
            os.kill(child, 9)
        for process in (busy, asleep):
            process.kill()
            process.wait()


def test_a_process_that_is_gone_is_nothing() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    assert usage(process.pid) == {}
