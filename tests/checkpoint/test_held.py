"""Processes that wait for a submission: what they find is what others find, they serve one run, and leave nothing."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.checkpoint.run.asked import CheckRun
from grader.checkpoint.run.held import rank
from grader.checkpoint.run.notify import Heard
from grader.checkpoint.run.opened import Listeners, OpenedRun
from grader.checkpoint.run.processes import GivenUp
from grader.checkpoint.run.runner import run_checks
from grader.checkpoint.spec import Order
from grader.domain.evidence import Evidence
from grader.domain.status import Status
from tests.checkpoint.conftest import put

CHECKS = Path(__file__).parent / "data" / "started"
MODELS = "src/apps/posts/models.py"
SETTINGS = "src/config/settings/testing.py"
Asked = Callable[..., CheckRun]
# What is found by an agent that has waited has to be what is found by one that has not.
PROJECTS = {
    "it starts": {},
    "it does not": {MODELS: "class (:\n"},
    "a name of a package that was loaded before it": {
        "src/sqlparse/__init__.py": "OWN = True\n",
        MODELS: "+\n\nimport sqlparse\n\nassert not hasattr(sqlparse, 'OWN')\n",
    },
}


def prepared(asked: Asked, **how: object) -> OpenedRun:
    opened = OpenedRun(asked(CHECKS, **how))
    opened.start_ahead()
    return opened


def found(evidence: Evidence) -> tuple[dict[str, Status], str]:
    statuses = {o.check: o.status for o in evidence.observations}
    return statuses, evidence.start.observed if evidence.start else ""


def go(opened: OpenedRun, edits: dict[str, str], listeners: Listeners, **told: object) -> Evidence:
    put(opened.run.submission, edits)
    run = replace(opened.run, **told)
    return run_checks(run, progress=lambda step: None, opened=opened, listeners=listeners)


@pytest.mark.parametrize("name", PROJECTS)
def test_what_waited_finds_what_others_find(run, asked: Asked, name: str) -> None:
    heard: list[Heard] = []
    opened = prepared(asked)
    time.sleep(2)  # by now nothing of the project can come first any more
    evidence = go(opened, PROJECTS[name], Listeners(heard.append), seed=8)
    assert found(evidence) == found(run(PROJECTS[name], checks=CHECKS))
    assert [h.name for h in heard if h.name]
    assert any(h.stopped for h in heard) is (name == "it does not")


def test_it_begins_with_what_is_open_and_goes_on_with_what_was_saved(asked: Asked) -> None:
    """And of the tables that are known none is made: those given here have another one."""
    first: list[Heard] = []
    opened = prepared(asked, order=Order())
    go(opened, {}, Listeners(first.append), order=Order())
    assert opened.tables.startswith(b"SQLite format 3")
    assert set(opened.ran) == {h.name for h in first}
    heard: list[Heard] = []
    again = prepared(asked, order=Order())
    again.tables = opened.tables
    ran = {"started::model": [MODELS]}
    order = Order(("started.file",), (f"work/{MODELS}",), ran)
    assert go(again, {}, Listeners(heard.append), order=order).start is None
    assert [h.criterion for h in heard][:2] == ["started.file", "started.model"]
    assert [(h.left, h.urgent) for h in heard][:2] == [(0, 1), (0, 0)]


def test_what_nobody_waits_for_any_more_is_given_up(asked: Asked) -> None:
    opened, heard = prepared(asked), list[Heard]()
    with pytest.raises(GivenUp):
        go(opened, {}, Listeners(heard.append, lambda: bool(heard)))
    assert not opened.waits


def test_what_is_not_needed_ends_and_leaves_nothing(asked: Asked) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    opened = prepared(asked)
    assert opened.waits
    folder = opened._folder
    time.sleep(1)
    opened.close()
    opened.close()
    assert not opened.waits
    assert not folder.exists()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize(
    ("criterion", "name", "slow", "place"),
    [
        ("a.open", "one", False, 0),
        ("a.other", "touched", False, 1),
        ("a.open", "one", True, 2),
        ("a.other", "apart", False, 3),
        ("a.other", "touched", True, 4),
    ],
)
def test_the_place_of_a_check(criterion: str, name: str, slow: bool, place: int) -> None:
    ran = {"touched": ["src/models.py"], "apart": ["src/other_models.py"]}
    order = Order(("a.open",), ("work/src/models.py",), ran)
    assert rank(criterion, name, slow, order) == place
