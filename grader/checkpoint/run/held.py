"""A trusted process that waits: everything is ready, and nothing of the submission is there yet."""

import os
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import pytest

from grader.checkpoint.kit.declare import ATTRIBUTE
from grader.checkpoint.run import lanes
from grader.checkpoint.spec import Order, RunSpec, decode
from grader.domain.errors import SandboxError
from grader.stage.stage import Stage


def wait(spec: RunSpec, stage: Stage) -> RunSpec:
    """Starts what a project runs on, waits, and gives the specification to go on with.

    What was started has seen nothing of any submission: it serves one run, and ends with it.
    """
    assert spec.held_fd is not None
    try:
        stage.start_ahead()
    except SandboxError:
        stage.main.stop()  # it is tried again when it is needed, and told then
    with os.fdopen(spec.held_fd, "rb") as line:
        told = line.readline()
    if not told:
        raise pytest.exit.Exception("The run was not needed.", 0)
    stage.begin()
    return decode(told)


@dataclass(slots=True)
class Rest:
    """The checks that are still to come, as those who wait for an answer count them."""

    checks: int = 0
    urgent: set[pytest.Item] = field(default_factory=set)
    left: dict[str, int] = field(default_factory=dict)

    def begin(self, items: list[pytest.Item], order: Order | None, names: dict[pytest.Item, str]) -> None:
        """Counts the checks and, with an order, puts them in it."""
        self.checks = len(items)
        for item in items:
            self.left[_criterion(item)] = self.left.get(_criterion(item), 0) + 1
        if order is not None:
            ranks = {item: rank(_criterion(item), names[item], bool(lanes.kind(item)), order) for item in items}
            items.sort(key=lambda item: ranks[item])
            first = min(ranks.values(), default=0)
            self.urgent = {item for item in items if ranks[item] <= max(first, _TOUCHED)}

    def end(self, item: pytest.Item) -> tuple[int, int]:
        """How many of its criterion are left after it, and how many of those that come first."""
        self.left[_criterion(item)] -= 1
        self.urgent.discard(item)
        return self.left[_criterion(item)], len(self.urgent)


_OPEN, _TOUCHED, _SLOW, _OTHER, _LAST = range(5)


def rank(criterion: str, name: str, slow: bool, order: Order) -> int:
    """The place of a check: open ones, then those that what was saved touches; what has to migrate, after others."""
    if criterion in order.open:
        return _SLOW if slow else _OPEN
    if slow:
        return _LAST
    return _TOUCHED if any(_is_one(path, order.saved) for path in order.ran.get(name, ())) else _OTHER


def _is_one(path: str, saved: tuple[str, ...]) -> bool:
    """Whether a file of the project is one of those, whose paths may begin further up."""
    own = PurePosixPath(path).parts
    return any(PurePosixPath(one).parts[-len(own) :] == own for one in saved)


def _criterion(item: pytest.Item) -> str:
    return str(getattr(getattr(item, "function", None), ATTRIBUTE).criterion)
