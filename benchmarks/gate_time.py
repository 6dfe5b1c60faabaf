"""How long a gate that asks a served solution takes, beside the runs of its tools in it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from unittest.mock import patch

from benchmarks.measures import ROOT
from grader.cli import options
from grader.course import load_course, project_to
from grader.domain.course import State
from grader.environment import prepare
from grader.gates import subjects
from grader.gates.registry import GATES, load
from grader.stage.spec import StageSpec

# By gate, what runs its tools and waits for them.
TOOLS = {
    "contract": ("grader.gates.contract:run_phases",),
    "security": (
        "grader.gates.security.bandit:scan",
        "grader.gates.security.secrets:scan",
        "grader.gates.security.served:scan_served",
    ),
}


def gate_and_tools(gate: str, state: State, room: Path) -> tuple[float, float]:
    """Seconds of the gate on that state, and those of all runs of its tools, in the same measurement."""
    room.mkdir()
    kept = options.state_dir()
    project = project_to(load_course(ROOT), state, room / "project")
    environment = prepare(project, course_lock=project, cache=kept / "environments", progress=str)
    room.chmod(0o711)
    spec = StageSpec(
        submission=project,
        deps=environment.site,
        sandbox="auto",
        database="postgres",
        mode="fork",
        state_dir=kept,
        folder=room,
    )
    alone: list[float] = []
    with ExitStack() as stack:
        for place in TOOLS[gate]:
            module, _, name = place.partition(":")
            stack.enter_context(patch(f"{module}.{name}", _timed(resolve_name(place), alone)))
        subject = stack.enter_context(subjects(spec, seed=1)(gate))
        began = time.perf_counter()
        list(load(gate).measure(subject, frozenset(GATES[gate].metrics)))
        return time.perf_counter() - began, sum(alone)


def _timed(tool: Callable[..., Any], seconds: list[float]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            found = tool(*given, **named)
            return list(found) if isinstance(found, Iterator) else found  # it works while it is asked
        finally:
            seconds.append(time.perf_counter() - began)

    return timed
