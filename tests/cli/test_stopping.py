"""A run that is told to end is over in two seconds, whatever its threads are at, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

# A program that grades like the real one, as far as its end is concerned; ``{body}`` is what it is at.
PROGRAM = """
import socket, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from grader import ending
from grader.cli import grade, main
from grader.cli.console import progress
from grader.domain.progress import Progress

def at_work():
    with ending.room("track-x-") as room:
        (room / "file").touch()
        print("at work", flush=True)
        {body}

def work():
    with ending.room("track-") as room, ending.threaded(), ThreadPoolExecutor() as pool:
        pool.submit(at_work).result()

def run(*_, **__):
    with progress() as show:
        show(Progress("Measuring\\x1b contract: fuzzing as editor", 11, 20))
        {during}
    {afterwards}

grade.command.callback = run
sys.argv = ["grader", "grade", "x"]
main.main()
"""
BODIES = {
    "an answer that does not come": "pair = socket.socketpair(); pair[0].recv(1)",
    "a computation": "while True: pass",
    "a long wait": "time.sleep(600)",
}


class Stopping:
    """The program, started with a folder of its own for temporary files."""

    def __init__(self, room: Path, body: str, during: str = "work()", afterwards: str = "pass") -> None:
        self.room = room
        home = room.with_name(f"{room.name}-program")
        home.mkdir()
        (home / "told_to_end.py").write_text(PROGRAM.format(body=body, during=during, afterwards=afterwards))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "told_to_end"],
            env={**os.environ, "TMPDIR": str(room), "PYTHONPATH": os.pathsep.join([str(home), *sys.path])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "at work\n"

    def end(self, *signals: signal.Signals) -> tuple[float, str]:
        """How many seconds it lived on, and what it said."""
        began = time.monotonic()
        for number in signals:
            self.process.send_signal(number)
            time.sleep(0.05)
        _, said = self.process.communicate(timeout=60)
        return time.monotonic() - began, said


@pytest.mark.parametrize(
    ("number", "body"),
    [*((signal.SIGTERM, body) for body in BODIES), (signal.SIGINT, "a long wait"), (signal.SIGHUP, "a long wait")],
)
def test_no_thread_keeps_a_run_from_ending(tmp_path: Path, number: signal.Signals, body: str) -> None:
    stopping = Stopping(tmp_path, BODIES[body])
    took, said = stopping.end(number)
    assert took < 2.5  # a second and three tenths, and room for a busy machine
    assert stopping.process.returncode == 130
    assert list(tmp_path.iterdir()) == []
    assert "Traceback" not in said


def test_it_says_how_far_it_had_come(tmp_path: Path) -> None:
    _, said = Stopping(tmp_path, BODIES["a long wait"]).end(signal.SIGTERM)
    last = said.strip().splitlines()[-1]
    assert last == (
        "Stopped. Nothing was left behind. It had come to: Measuring\\x1b contract: fuzzing as editor (11 of 20). "
        "No report was written."
    )


def test_what_was_finished_is_not_told_as_left_undone(tmp_path: Path) -> None:
    """As between the rounds of `grader watch`."""
    _, said = Stopping(tmp_path, BODIES["a long wait"], during="pass", afterwards="work()").end(signal.SIGTERM)
    assert said.strip().splitlines()[-1] == "Stopped. Nothing was left behind."


def test_a_terminal_that_has_gone_keeps_nothing_from_ending(tmp_path: Path) -> None:
    """What would be said to it cannot be: writing fails."""
    stopping = Stopping(tmp_path, "sys.stderr.close(); sys.stderr = open('/dev/full', 'w'); time.sleep(60)")
    took, _ = stopping.end(signal.SIGHUP)
    assert took < 2.5
    assert stopping.process.returncode == 130
    assert list(tmp_path.iterdir()) == []


def test_somebody_impatient_does_not_interrupt_the_tidying_up(tmp_path: Path) -> None:
    stopping = Stopping(tmp_path, BODIES["a long wait"])
    stopping.end(signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGINT)
    assert stopping.process.returncode == 130
    assert list(tmp_path.iterdir()) == []


def test_what_is_outside_of_the_program_is_waited_for(tmp_path: Path) -> None:
    """Containers, which do not end with it. Without that it would be over a second earlier: the controls are above."""
    mark = tmp_path.with_name("taken down")
    body = f"""
        with ending.held():
            while not ending.has_begun(): time.sleep(0.01)
            time.sleep(2.5)
            open({str(mark)!r}, "w").close()"""
    took, _ = Stopping(tmp_path, body).end(signal.SIGTERM)
    assert mark.exists()
    assert took >= 2.5


def test_what_runs_in_no_such_threads_finds_its_own_way_out(tmp_path: Path) -> None:
    """As a proof does, which ends gradings of its own: it takes the time that it takes."""
    mark = tmp_path.with_name("ended")
    during = f"""
        try:
            print("at work", flush=True)
            time.sleep(60)
        finally:
            time.sleep(2.5)
            open({str(mark)!r}, "w").close()"""
    took, _ = Stopping(tmp_path, "pass", during).end(signal.SIGTERM)
    assert mark.exists()
    assert took >= 2.5


def test_nothing_is_started_or_made_any_more(tmp_path: Path) -> None:
    """A thread that goes on after the signal gets no further."""
    body = """
        with ending.held():  # however slow the machine is, this comes before the end
            while not ending.has_begun(): time.sleep(0.01)
            try:
                with ending.room("track-late-"): pass
            except KeyboardInterrupt:
                sys.stderr.write("refused the room\\n")
            from pathlib import Path
            from grader.sandbox.api import Launch
            from grader.sandbox.process import Process
            try:
                Process()
            except KeyboardInterrupt:
                sys.stderr.write("refused the sandbox\\n")
        time.sleep(60)"""
    _, said = Stopping(tmp_path, body).end(signal.SIGTERM)
    assert "refused the room" in said
    assert "refused the sandbox" in said
    assert list(tmp_path.iterdir()) == []


def test_its_exit_code_is_its_own_wherever_the_signal_comes(tmp_path: Path) -> None:
    """While a dataclass is imported, too, which executes a string: Python would end by SIGINT instead."""
    during = """
        try:
            exec("print('at work', flush=True)\\nwhile True: pass")
        except KeyboardInterrupt:
            print("What was graded is kept.")
            return 130"""
    run = Stopping(tmp_path, "pass", during)
    run.end(signal.SIGTERM)
    assert run.process.returncode == 130
