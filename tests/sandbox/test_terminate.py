"""SIGTERM from outside: it reaches the program that was launched, and nothing else of its sandbox."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from grader.sandbox.api import Launch, Process, Sandbox
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.process import Process as Plain

# A child that would not end by itself says whether it was told to.
ENDS_WITH_7 = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
def end(number, frame):
    os.write(1, b"told by %d, child %r" % (number, child.poll()))
    child.kill()
    sys.exit(7)
signal.signal(signal.SIGTERM, end)
os.write(1, b"ready, ")
time.sleep(60)
"""


@pytest.fixture(params=[Bubblewrap, Plain], ids=["bubblewrap", "process"])
def launched(request: pytest.FixtureRequest, submission: Path) -> Iterator[Callable[[str], Process]]:
    """Starts code, and waits until it says that it is ready."""
    with ExitStack() as stack:
        sandbox: Sandbox = stack.enter_context(closing(request.param()))

        def start(code: str) -> Process:
            process = sandbox.start(Launch(("-c", code)), submission=submission, deps=None)
            stack.callback(process.kill)
            ends = time.monotonic() + 20
            while b"ready" not in process.output() and time.monotonic() < ends:
                time.sleep(0.01)
            assert b"ready" in process.output(), process.output()
            return process

        yield start


def test_the_program_ends_as_it_chooses(launched: Callable[[str], Process]) -> None:
    process = launched(ENDS_WITH_7)
    process.terminate()
    assert (process.wait(20), process.output()) == (7, b"ready, told by 15, child None")


def test_who_does_not_listen_goes_on(launched: Callable[[str], Process]) -> None:
    process = launched(
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.write(1, b'ready'); time.sleep(60)"
    )
    process.terminate()
    with pytest.raises(TimeoutError):
        process.wait(0.3)
    process.kill()
    process.terminate()  # of one that has gone
    assert process.poll() is not None
