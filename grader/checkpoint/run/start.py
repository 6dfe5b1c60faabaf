"""The first thing a run does: start the project. What stops that is told once, and blocks what needs it running."""

import pytest

from grader.checkpoint.diagnosis.starting import Started, start_failure
from grader.checkpoint.diagnosis.tree import Tree
from grader.checkpoint.run import notify, partial
from grader.checkpoint.spec import RunSpec
from grader.stage.project import Broken
from grader.stage.stage import Stage

# Fixtures through which a check asks the running project, or a new process of it.
_RUNNING = frozenset(("line", "fresh", "migrations", "serve"))
_MIGRATED = "line"


def needs_start(item: pytest.Item) -> bool:
    """Whether the check asks the project anything, rather than only looking at its files."""
    return not _RUNNING.isdisjoint(getattr(item, "fixturenames", ()))


def start(items: list[pytest.Item], stage: Stage, spec: RunSpec, tree: Tree) -> Broken | None:
    """Starts the project, and migrates the database that its checks run on, if any of them needs that.

    Returns what stopped it, and leaves word of that; the stage remembers it, and no check tries it again.
    """
    needed = [item for item in items if needs_start(item)]
    if not needed:
        return None
    migrated = any(_MIGRATED in getattr(item, "fixturenames", ()) for item in needed)
    try:
        stage.main.ready(spec.database if migrated else None)
    except Broken as broken:
        found = start_failure(broken, Started(tree, spec.layout, spec.installed.origin == "submission", spec.left_out))
        partial.write_start(spec.folder, found)
        notify.stopped(spec, found.observed)
        return broken
    return None


def refuse_unstarted(item: pytest.Item, broken: Broken | None) -> None:
    """Raises what stopped the project, for a check that needs it to be loaded."""
    if broken is not None and "migrations" not in broken.doing and needs_start(item):
        raise broken
