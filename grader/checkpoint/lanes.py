"""The checks of one run, shared among processes: each check is taken by whichever comes to it first.

Even lanes go through the checks from the front, odd ones from the back, until they meet. Whatever the checks cost,
the lanes end at about the same time, and nobody has to know beforehand.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

INDEX: pytest.StashKey[int] = pytest.StashKey()


def number(items: list[pytest.Item], lane: int) -> None:
    """Numbers the checks as they were collected, alike in every lane, and turns them round for odd ones."""
    for index, item in enumerate(items):
        item.stash[INDEX] = index
    if lane % 2:
        items.reverse()


def taken(items: list[pytest.Item], claims: Path) -> Iterator[pytest.Item]:
    """The checks that no other lane has taken, each taken when it is asked for."""
    return (item for item in items if _take(claims / str(item.stash[INDEX])))


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
    for item in taken(session.items, claims):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
