"""What the gates take that run a project's own tests, beside one bare run of these tests in the same sandbox."""

import time
from collections.abc import Callable
from pathlib import Path

from grader.gates import subjects
from grader.gates.registry import load
from grader.gates.subject import Subject
from grader.gates.suite import Order, SuiteRunner
from grader.stage.spec import StageSpec


class OwnTests:
    """The tests of one submission, with its packages."""

    def __init__(self, submission: Path, deps: Path, state_dir: Path) -> None:
        self._spec = StageSpec(
            submission=submission,
            deps=deps,
            sandbox="auto",
            database="postgres",
            mode="fork",
            state_dir=state_dir,
            folder=state_dir,
        )

    def bare(self) -> float:
        """Seconds of one run, with nothing recorded."""
        return self._taken("coverage", lambda subject: SuiteRunner(subject).run(Order()))

    def coverage(self) -> float:
        """Seconds of the coverage gate."""
        metrics = frozenset({"coverage.unit", "coverage.true"})
        return self._taken("coverage", lambda subject: list(load("coverage").measure(subject, metrics)))

    def strength(self) -> float:
        """Seconds of the test strength gate."""
        metrics = frozenset({"strength.killed"})
        return self._taken("strength", lambda subject: list(load("strength").measure(subject, metrics)))

    def scenarios(self) -> float:
        """Seconds of the gate on failure scenarios."""
        metrics = frozenset({"scenarios.noticed"})
        return self._taken("scenarios", lambda subject: list(load("scenarios").measure(subject, metrics)))

    def _taken(self, gate: str, work: Callable[[Subject], object]) -> float:
        since = time.perf_counter()
        with subjects(self._spec, seed=1)(gate) as subject:
            work(subject)
        return time.perf_counter() - since
