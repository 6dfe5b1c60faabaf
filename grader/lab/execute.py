"""Executes a notebook: once for what people read, and once more, in another sandbox, with the hidden tests.

Of the second nothing is kept but which tests passed: the learner's code sees the inputs of hidden tests there, and
could tell them by what it writes, or by how it fails.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
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
_LIMITS = Limits(memory_mb=1024, processes=64, file_mb=16, tmp_mb=64, wall_s=WALL_S, cpu_s=90)
_OUTPUT = 1 << 16
_NOT_REACHED = Outcome("It was not reached: what comes before it did not come to an end.", GONE, unsure=True)


@dataclass(frozen=True, slots=True)
class Executed:
    """A notebook and how its cells ended, by their name in it.

    ``seen`` is from a run in which nothing hidden took part, so all of it may be shown; ``passed`` are the cells of
    tests that came to their end with their hidden lines.
    """

    rebuilt: Rebuilt
    seen: Mapping[str, Outcome]
    passed: frozenset[str]


class Sealed:
    """Executes notebooks in a sandbox with IPython's packages, those of ``deps``."""

    def __init__(self, sandbox: Sandbox, deps: Path) -> None:
        self._sandbox, self._deps = sandbox, deps

    def execute(self, rebuilt: Rebuilt) -> "Executed":
        """How the notebook's cells end. Raises ``SandboxError`` if no kernel starts."""
        shown = [replace(s, source=s.visible) if s.role == "tests" else s for s in rebuilt.steps]
        seen, sure = self._settled(shown, repeat=True)
        tests, _ = self._settled(list(rebuilt.steps), repeat=sure)
        graded = {step.name for step in rebuilt.steps if step.role == "tests"}
        passed = {name for name, outcome in tests.items() if name in graded and not outcome.error}
        return Executed(rebuilt, seen, frozenset(passed))

    def _settled(self, steps: list[Step], *, repeat: bool) -> tuple[dict[str, Outcome], bool]:
        """The outcomes by name, and whether a busy machine has no part in them.

        Where it may have, all is run again; a notebook that hangs for its own reasons is not waited for at every turn.
        """
        outcomes = self._executed(steps)
        if repeat and any(outcome.unsure for outcome in outcomes):
            outcomes = self._executed(steps)
        named = {step.name: outcome for step, outcome in zip(steps, outcomes, strict=True)}
        return named, not any(outcome.unsure for outcome in outcomes)

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
