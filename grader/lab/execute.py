"""Executes a notebook: once for the outputs that people read, and once more, in another sandbox, with the tests.

What is written in the second is thrown away: the learner's code sees the inputs of hidden tests there.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import msgspec

from grader.agent.mount import INSIDE, bytecode_made, inside_mount
from grader.domain.errors import SandboxError
from grader.lab.channel import GONE
from grader.lab.judge import NOT_STARTED
from grader.lab.nouns import Outcome, Rebuilt, Step
from grader.sandbox.api import Launch, Limits, Mount, Sandbox

_INSIDE = Path(__file__).with_name("inside")
_PLACE = "/grader/lab"
_PROGRAM = f"{_PLACE}/session.py"
WALL_S = 240.0
_SPARE_S = 30.0
_LIMITS = Limits(memory_mb=1024, processes=64, file_mb=16, tmp_mb=64, wall_s=WALL_S, cpu_s=180)
_OUTPUT = 1 << 16
_NOT_REACHED = Outcome("It was not reached: what comes before it did not come to an end.", GONE, unsure=True)


class Sealed:
    """Executes notebooks in a sandbox with IPython's packages, those of ``deps``."""

    def __init__(self, sandbox: Sandbox, deps: Path) -> None:
        self._sandbox, self._deps = sandbox, deps

    def outputs(self, rebuilt: Rebuilt) -> dict[str, Outcome]:
        """What each cell wrote, by its name, with no test run. Raises ``SandboxError`` if it does not start."""
        return self._settled([step for step in rebuilt.steps if step.role != "tests"])

    def tests(self, rebuilt: Rebuilt) -> dict[str, Outcome]:
        """How each cell of tests ended, by its name, and nothing of what was written. Raises the same."""
        outcomes = self._settled(list(rebuilt.steps))
        return {step.name: outcomes[step.name] for step in rebuilt.steps if step.role == "tests"}

    def _settled(self, steps: list[Step]) -> dict[str, Outcome]:
        """The outcomes; of a second run where a busy machine may have spoilt the first."""
        outcomes = self._executed(steps)
        if any(outcome.unsure for outcome in outcomes):
            outcomes = self._executed(steps)
        return {step.name: outcome for step, outcome in zip(steps, outcomes, strict=True)}

    def _executed(self, steps: list[Step]) -> list[Outcome]:
        ours, theirs = socket.socketpair()
        launch = Launch(
            (_PROGRAM, "3", INSIDE),
            mounts=(inside_mount(), Mount(bytecode_made(_INSIDE), _PLACE)),
            limits=_LIMITS,
            pass_fds=(theirs.fileno(),),
            sources=(),
            cwd="/tmp",
            output_limit=_OUTPUT,
        )
        with ours:
            with theirs:
                process = self._sandbox.start(launch, submission=None, deps=self._deps)
            try:
                code, said, error = _judged(steps, ours)
            finally:
                process.kill()
        if code == NOT_STARTED:
            why = process.output().decode(errors="replace").strip() or error
            raise SandboxError(f"A notebook's kernel did not start: {why[-400:]}", "Run the same command again.")
        outcomes = _read(said)[: len(steps)]
        return outcomes + [_NOT_REACHED] * (len(steps) - len(outcomes))


def _judged(steps: Sequence[Step], kernel: socket.socket) -> tuple[int, bytes, str]:
    """The exit code and output of the program that runs the steps; it is ended when its time is up."""
    number = kernel.fileno()
    words = [sys.executable, "-I", "-m", "grader.lab.judge", str(number)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, pass_fds=[number]) as child:
        kernel.close()
        try:
            said, error = child.communicate(json.dumps([asdict(step) for step in steps]).encode(), WALL_S + _SPARE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            said, error = child.communicate()
        except BaseException:
            child.kill()
            raise
    return child.returncode, said, error.decode(errors="replace")


def _read(said: bytes) -> list[Outcome]:
    """The outcomes of the lines that are whole."""
    return [msgspec.json.decode(line, type=Outcome) for line in said.split(b"\n")[:-1]]
