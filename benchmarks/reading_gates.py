"""What the gates take that read a submission, beside their tools alone."""

import time
from collections.abc import Callable
from pathlib import Path

from grader.gates import subjects
from grader.gates.registry import load
from grader.gates.subject import Subject
from grader.stage.spec import StageSpec
from grader.tools.mypy import mypy
from grader.tools.tool import run


class ReadingGates:
    """The gates of one submission, with its packages."""

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

    def types(self) -> float:
        """Seconds of the metric of mypy."""
        return self._taken("style", lambda subject: list(load("style").measure(subject, frozenset({"style.mypy"}))))

    def bare_types(self) -> float:
        """Seconds of mypy alone, in the same sandbox."""
        return self._taken("style", _mypy)

    def pages(self) -> float:
        """Seconds of links and decision records."""
        metrics = frozenset({"documentation.links", "documentation.decisions"})
        return self._taken("documentation", lambda subject: list(load("documentation").measure(subject, metrics)))

    def operations(self) -> float:
        """Seconds of the gate of operations."""
        metrics = frozenset({"operations.dockerfile", "operations.compose"})
        return self._taken("operations", lambda subject: list(load("operations").measure(subject, metrics)))

    def _taken(self, gate: str, work: Callable[[Subject], object]) -> float:
        since = time.perf_counter()
        with subjects(self._spec, seed=1)(gate) as subject:
            work(subject)
        return time.perf_counter() - since


def _mypy(subject: Subject) -> None:
    modules = [name for name in subject.files if name.startswith(("src/", "tests/")) and name.endswith(".py")]
    tool = mypy(modules, subject.layout, folder=subject.folder, state_dir=subject.state_dir)
    run(tool, subject.sandbox, submission=subject.submission, deps=subject.deps)
