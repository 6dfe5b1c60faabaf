"""How long the contract gate takes, beside the runs of schemathesis in it."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.measures import ROOT
from grader.cli import options
from grader.course import load_course, project_to
from grader.domain.course import State
from grader.environment import prepare
from grader.gates import contract, subjects
from grader.gates.registry import GATES, load
from grader.stage.spec import StageSpec


def gate_and_tool(room: Path) -> tuple[float, float]:
    """Seconds of the gate on solution 03, and those of all runs of schemathesis through the relay."""
    room.mkdir()
    state = options.state_dir()
    project = project_to(load_course(ROOT), State(3, True), room / "project")
    environment = prepare(project, course_lock=project, cache=state / "environments", progress=str)
    room.chmod(0o711)
    spec = StageSpec(
        submission=project,
        deps=environment.site,
        sandbox="auto",
        database="postgres",
        mode="fork",
        state_dir=state,
        folder=room,
    )
    alone: list[float] = []
    with patch.object(contract, "run_phases", _timed(alone)), subjects(spec, seed=1)("contract") as subject:
        began = time.perf_counter()
        list(load("contract").measure(subject, frozenset(GATES["contract"].metrics)))
        return time.perf_counter() - began, sum(alone)


def _timed(seconds: list[float]) -> Any:
    def timed(*given: Any, **named: Mapping[str, Any]) -> Any:
        began = time.perf_counter()
        try:
            return run_phases(*given, **named)
        finally:
            seconds.append(time.perf_counter() - began)

    run_phases = contract.run_phases
    return timed
