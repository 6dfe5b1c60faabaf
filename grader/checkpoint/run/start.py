"""The first thing a run does: start the project. What stops that is told once, and blocks what needs it running."""

import pytest

from grader.checkpoint.diagnosis.starting import Started, start_failure
from grader.checkpoint.diagnosis.tree import Tree
from grader.checkpoint.run import partial
from grader.checkpoint.spec import RunSpec
from grader.stage.project import Broken
from grader.stage.stage import Stage

# Fixtures through which a check asks the running project, or a new process of it.
_RUNNING = frozenset(("line", "fresh", "migrations", "serve"))
_MIGRATED = "line"


def needs_start(item: pytest.Item) -> bool:
    """Whether the check asks the project anything, rather than only looking at its files."""
    return not _RUNNING.isdisjoint(getattr(item, "fixturenames", ()))


def start(items: list[pytest.Item], stage: Stage, spec: RunSpec, tree: Tree) -> None:
    """Starts the project, and migrates the database that its checks run on, if any of them needs that.

    Leaves word of what went wrong; the stage remembers it, and no check tries it again.
    """
    needed = [item for item in items if needs_start(item)]
    if not needed:
        return
    migrated = any(_MIGRATED in getattr(item, "fixturenames", ()) for item in needed)
    try:
        stage.main.ready(spec.database if migrated else None)
    except Broken as broken:
        found = start_failure(broken, Started(tree, spec.layout, spec.installed.origin == "submission"))
        partial.write_start(spec.folder, found)


def refuse_unstarted(item: pytest.Item, stage: Stage) -> None:
    """Raises ``Broken`` for a check that needs the project, if that could not be loaded."""
    broken = next((b for b in stage.main.broken.values() if "migrations" not in b.doing), None)
    if broken is not None and needs_start(item):
        raise broken


def is_start(error: BaseException, stage: Stage) -> bool:
    """Whether that is why the project did not start, rather than something that a check met."""
    return any(error is broken for broken in stage.main.broken.values())
