"""A program of the grader's own, run in the project as it is deployed, with the services in reach."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.sandbox.api import Launch, Limits
from grader.stage import registry
from grader.stage.plainly_served import data_of, on_sqlite, runs_on_sqlite
from grader.stage.registry import REGISTRY
from grader.stage.stage import Stage

WITHIN_S = 60.0
TIMED_OUT = 124  # as of timeout(1)


def run_in_project(stage: Stage, program: Path, variables: Mapping[str, str], *, database: str = "") -> tuple[int, str]:
    """Its status, ``TIMED_OUT`` where it does not end within ``WITHIN_S``, and what it wrote, or the project.

    ``program`` is a file of Python that imports nothing of the grader. ``database`` is the one that ``variables`` name,
    which a project on SQLite would not see otherwise.
    """
    spec, text = stage.spec, program.read_text("utf-8")
    plain = bool(database) and runs_on_sqlite(spec)
    launch = Launch(
        on_sqlite(text) if plain else ("-c", text),
        env=variables,
        mounts=(data_of(database),) if plain else (),
        limits=Limits(wall_s=WITHIN_S),
        ports=registry.ports(),
        sources=spec.layout.sources,
    )
    process = stage.sandbox.start(launch, submission=spec.submission, deps=spec.deps)
    try:
        for service in REGISTRY:
            stage.services.attach(process, service)
        status = process.wait(WITHIN_S + 5)
        if process.usage().timed_out:
            status = TIMED_OUT
    except TimeoutError:
        status = TIMED_OUT
    finally:
        stage.services.kill(process)
    return status, process.output().decode(errors="replace")


def last_value(text: str) -> Any:
    """The last line of an output as JSON; ``None`` if it is none."""
    try:
        return json.loads(text.rstrip().rpartition("\n")[2])
    except (ValueError, RecursionError):
        return None
