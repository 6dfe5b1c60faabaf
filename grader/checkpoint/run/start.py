"""The first thing a run does: start the project. What stops that is told once, and blocks what needs it running."""

from dataclasses import dataclass

import pytest

from grader.checkpoint.diagnosis.starting import Started, start_failure, without_manage
from grader.checkpoint.diagnosis.tree import Tree
from grader.checkpoint.run import notify, partial
from grader.checkpoint.spec import RunSpec
from grader.domain.text import one_line
from grader.domain.words import bounded
from grader.stage.project import LOADING_URLS, Broken
from grader.stage.stage import Stage
from grader.stage.standing import SERVING, StandingServer

# Fixtures through which a check asks the running project, or a new process of it.
_SERVED = frozenset(("api", "api_with"))
_ANSWERING = frozenset(("serve", "client")) | _SERVED
_RUNNING = frozenset(("line", "fresh", "migrations")) | _ANSWERING
_MIGRATED = "line"
_STARTING = "was starting"
_LONGEST_PATH = 200


@dataclass(frozen=True, slots=True)
class Start:
    """What is started for a run: the project on its stage, and the server that checks share."""

    stage: Stage
    standing: StandingServer
    spec: RunSpec
    tree: Tree


def needs_start(item: pytest.Item) -> bool:
    """Whether the check asks the project anything, rather than only looking at its files."""
    return not _RUNNING.isdisjoint(_fixtures(item))


def is_served(item: pytest.Item) -> bool:
    """Whether the check asks the server that checks share, or one that begins as it does."""
    return not _SERVED.isdisjoint(_fixtures(item))


def answers(item: pytest.Item) -> bool:
    """Whether the check asks the project by requests."""
    return not _ANSWERING.isdisjoint(_fixtures(item))


def start(items: list[pytest.Item], what: Start) -> Broken | None:
    """Starts the project, migrates the database that its checks run on, and serves it, as far as any check needs that.

    Returns what stopped it, and leaves word of that; the stage remembers it, and no check tries it again.
    """
    needed = [item for item in items if needs_start(item)]
    if not needed:
        return None
    served = [item for item in needed if is_served(item)]
    migrated = any(_MIGRATED in _fixtures(item) for item in needed if item not in served)
    try:
        _refuse_without_manage(what)
        what.stage.main.ready(what.spec.database if migrated else None)
        if any(answers(item) for item in needed):
            what.stage.main.load_urls()
        if served:
            what.standing.shared(public=True)  # nothing is asked yet
    except Broken as broken:
        spec = what.spec
        found = start_failure(
            broken, Started(what.tree, spec.layout, spec.installed.origin == "submission", spec.left_out)
        )
        partial.write_start(spec.folder, found)
        notify.stopped(spec, found.observed)
        return broken
    return None


def _refuse_without_manage(what: Start) -> None:
    """Raises ``Broken`` where the file is missing that a project is started by: on every machine but this one."""
    spec, manage = what.spec, what.spec.layout.manage
    if (spec.submission / manage).is_file():
        return
    found = sorted(path.relative_to(spec.submission).as_posix() for path in spec.submission.rglob("manage.py"))
    nearest = min(found, key=lambda path: path.count("/"), default="")
    raise Broken(_STARTING, without_manage(manage, bounded(one_line(nearest), _LONGEST_PATH)))


def refuse_unstarted(item: pytest.Item, broken: Broken | None) -> None:
    """Raises what stopped the project, for a check that needs what was not to be had."""
    if broken is None:
        return
    if broken.doing == LOADING_URLS:
        waits = answers(item)
    elif "migrations" in broken.doing or broken.doing == SERVING:
        waits = is_served(item)
    else:
        waits = needs_start(item)
    if waits:
        raise broken


def _fixtures(item: pytest.Item) -> tuple[str, ...]:
    return tuple(getattr(item, "fixturenames", ()))
