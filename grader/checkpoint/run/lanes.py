"""The checks of one run, shared among processes: each check is taken by whichever comes to it first.

Even lanes go through the checks from the front, odd ones from the back, until they meet. Whatever the checks cost,
the lanes end at about the same time, and nobody has to know beforehand.

Checks of the project's migrations on one kind of database stay together, because one begins with what another has
kept. They are the longest, so they are taken first: PostgreSQL's stand in front of all others, SQLite's behind them.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

INDEX: pytest.StashKey[int] = pytest.StashKey()
_TOGETHER = "migrations"
_PLACES = {"postgres": -1, "sqlite": 1}


def order(items: list[pytest.Item], lane: int) -> None:
    """Numbers the checks as they were collected, alike in every lane, and puts them in the order of this one."""
    for index, item in enumerate(items):
        item.stash[INDEX] = index
    items.sort(key=lambda item: _PLACES.get(kind(item), 0))
    if lane % 2:
        items.reverse()


def claimed(items: list[pytest.Item], claims: Path) -> Iterator[pytest.Item]:
    """The checks that no other lane has taken, each taken when it is asked for, or with the first of its kind."""
    ours: dict[str, bool] = {}
    for item in items:
        name = kind(item) or str(item.stash[INDEX])
        if name not in ours:
            ours[name] = _take(claims / name)
        if ours[name]:
            yield item


def kind(item: pytest.Item) -> str:
    """The kind of database whose migrations the check is about, or nothing."""
    call = getattr(item, "callspec", None)
    return str(call.params.get(_TOGETHER, "")) if call is not None else ""


def _take(claim: Path) -> bool:
    try:
        os.close(os.open(claim, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return False
    return True


def run(session: pytest.Session, claims: Path) -> None:
    """Runs the checks of this lane.

    What a check set up is torn down right after it, module fixtures too: which check is the next is not known yet.
    """
    for item in claimed(session.items, claims):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
