"""What the gates take that read a submission, beside their tools alone."""

import time
from collections.abc import Callable
from pathlib import Path

import yaml

from grader.gates import subjects
from grader.gates.registry import load
from grader.gates.subject import Subject
from grader.stage.spec import StageSpec
from grader.tools.compose import compose_problems
from grader.tools.hadolint import hadolint
from grader.tools.installed import installed_tool
from grader.tools.mypy import mypy
from grader.tools.tool import Tool, run


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

    def style(self) -> float:
        """Seconds of the metrics of ruff, black and isort."""
        metrics = frozenset({"style.ruff", "style.black", "style.isort"})
        return self._taken("style", lambda subject: list(load("style").measure(subject, metrics)))

    def bare_style(self) -> float:
        """Seconds of the three tools alone, in the same sandbox."""
        return self._taken("style", _formatters)

    def pages(self) -> float:
        """Seconds of links and decision records."""
        metrics = frozenset({"documentation.links", "documentation.decisions"})
        return self._taken("documentation", lambda subject: list(load("documentation").measure(subject, metrics)))

    def operations(self) -> float:
        """Seconds of the gate of operations, on a Dockerfile and a Compose file."""
        metrics = frozenset({"operations.dockerfile", "operations.compose"})
        return self._taken("operations", lambda subject: list(load("operations").measure(subject, metrics)))

    def bare_operations(self) -> float:
        """Seconds of hadolint and of check-jsonschema's schema alone, the first in the same sandbox."""
        return self._taken("operations", _hadolint)

    def _taken(self, gate: str, work: Callable[[Subject], object]) -> float:
        since = time.perf_counter()
        with subjects(self._spec, seed=1)(gate) as subject:
            work(subject)
        return time.perf_counter() - since


def _formatters(subject: Subject) -> None:
    tools = [Tool.beside_grader("ruff", "check", "--no-cache", "--quiet", "/submission")]
    for name, *words in (("black", "--check", "/submission"), ("isort", "--check-only", "/submission")):
        tools.append(installed_tool(name, *words, requirements="formatters.txt", state_dir=subject.state_dir))
    for tool in tools:
        run(tool, subject.sandbox, submission=subject.submission, deps=subject.deps)


def _hadolint(subject: Subject) -> None:
    run(hadolint("Dockerfile"), subject.sandbox, submission=subject.submission, deps=subject.deps)
    compose_problems(yaml.safe_load((subject.submission / "docker-compose.yml").read_text("utf-8")))


def _mypy(subject: Subject) -> None:
    modules = [name for name in subject.files if name.startswith(("src/", "tests/")) and name.endswith(".py")]
    tool = mypy(modules, subject.layout, folder=subject.folder, state_dir=subject.state_dir)
    run(tool, subject.sandbox, submission=subject.submission, deps=subject.deps)
