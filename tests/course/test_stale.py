"""A change of the checks: only the criteria that it reaches are graded again, and the rest of an outcome stands."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course import Course, prove
from grader.course.ledger import Outcome, checks_path, entries, read_checks, read_ledger, write_ledger
from grader.course.prove import is_current
from grader.course.stale import joined, stale_criteria
from tests.course.proofs import ALL, entry, run

OWN_FILE = '''
from grader.checkpoint import check


@check("one.guard")
def test_guard_again(app):
    """It holds."""
'''
HIDDEN = "modules/01-one/checks/hidden/test_hidden.py"
GUARD = "modules/01-one/checks/hidden/test_guard.py"


@pytest.fixture
def apart(root: Path, course: Course, graded: list[str], tmp_path: Path) -> Course:
    """The tiny course with one more file of checks, of ``one.guard`` alone; proved."""
    (root / GUARD).write_text(OWN_FILE)
    run(course, tmp_path)
    graded.clear()
    return course


CHANGES = [
    (GUARD, "It holds", "It does hold", "one.guard"),
    (GUARD, '"one.guard"', '"one.base"', "one.base one.guard"),
    (GUARD, '"one.guard"', '"one." + "guard"', "one.base one.guard"),
    (GUARD, "(app):", "(app:", "one.base one.guard"),
    (GUARD, "def test", "def no_test", "one.guard"),
    (HIDDEN, "It stands", "It does stand", "one.base one.guard"),
    ("modules/01-one/checks/conftest.py", "shared", "common", "one.base one.guard"),
    ("modules/01-one/module.toml", "manual = true", "manual = true # always", ""),
    ("modules/01-one/module.toml", 'requires = ["one.base"]', "", "one.guard"),
]


@pytest.mark.parametrize(("path", "old", "new", "criteria"), CHANGES)
def test_only_the_criteria_that_a_change_reaches_are_graded_again(
    apart: Course, rewrite: Callable[..., Course], graded: list[str], path: str, old: str, new: str, criteria: str
):
    """Who requires a criterion that is reached may have been blocked by it, so it is one of them."""
    changed = rewrite(path, old, new)
    known = read_checks(changed)
    for each in (e for e in entries(changed) if e.module.number == 1):
        assert stale_criteria(each, read_ledger(changed)[each.name], known) == tuple(criteria.split())


def test_a_proof_grades_them_alone_and_says_so_in_the_ledger(
    apart: Course, rewrite: Callable[..., Course], graded: list[str], tmp_path: Path
):
    course = rewrite(GUARD, "It holds", "It does hold")
    assert run(course, tmp_path).graded == 5
    assert sorted(graded) == [
        "01/junk/empty one.guard",
        "01/mutant/forgets one.guard",
        "01/solution one.guard",
        "01/starter one.guard",
        "02/starter-for-01 one.guard",
    ]
    assert all(is_current(e, read_ledger(course)[e.name]) for e in entries(course))
    assert set(read_checks(course)) == {e.checks.key for e in entries(course)}
    assert run(course, tmp_path).graded == 0


WHOLE = [
    ("another application", lambda o: replace(o, tree="other")),
    ("checks that nobody knows any more", lambda o: replace(o, checks="01-gone")),
    ("what could not be measured", lambda o: replace(o, errored=("one.base",))),
]


@pytest.mark.parametrize("change", [change for _, change in WHOLE], ids=[what for what, _ in WHOLE])
def test_all_is_graded_where_nothing_stands(apart: Course, change: Callable[[Outcome], Outcome]):
    each = entry(apart, "01/solution")
    assert stale_criteria(each, read_ledger(apart)[each.name], read_checks(apart)) == ()
    assert stale_criteria(each, change(read_ledger(apart)[each.name]), read_checks(apart)) is None
    assert stale_criteria(each, None, read_checks(apart)) is None


def test_a_ledger_that_does_not_know_its_checks_learns_them_without_a_grading(
    apart: Course, graded: list[str], tmp_path: Path
):
    """One that was written before there was such a table."""
    write_ledger(apart, {name: replace(o, tree="", checks="") for name, o in read_ledger(apart).items()})
    checks_path(apart).unlink()
    run(apart, tmp_path)
    assert graded == []
    assert all(o.tree and o.checks in read_checks(apart) for o in read_ledger(apart).values())


def test_outcomes_whose_checks_nobody_knows_stay(
    apart: Course, rewrite: Callable[..., Course], graded: list[str], tmp_path: Path
):
    """The table was deleted, or two branches were joined: what rests on them is graded as a whole when it is due."""
    checks_path(apart).unlink()
    course = rewrite(GUARD, "It holds", "It does hold")
    run(course, tmp_path, names=("01/solution",))
    assert graded == ["01/solution"]
    assert run(course, tmp_path).wrong == ()


def test_what_an_older_grader_graded_is_graded_as_a_whole_where_that_is_asked_for(
    apart: Course, rewrite: Callable[..., Course], graded: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    course = rewrite(GUARD, "It holds", "It does hold")
    monkeypatch.setattr(prove, "grader_fingerprint", lambda: "another")
    run(course, tmp_path, only=1, older=True)
    assert sorted(graded) == ["01/junk/empty", "01/mutant/forgets", "01/solution", "01/starter"]


BEFORE = Outcome("", 40, failed=("one.base",), grader="older")
JOINED = [
    (BEFORE, ("one.base",), Outcome("", 60), Outcome("", 100)),
    (BEFORE, ("one.guard",), Outcome("", 60, failed=("one.guard",)), Outcome("", 0, failed=ALL)),
    (BEFORE, ("one.guard",), Outcome("", 0, blocked=("one.guard",)), Outcome("", 0, ("one.base",), ("one.guard",))),
    (BEFORE, ("one.guard",), Outcome("", 0, errored=("one.guard",)), Outcome("", 0, ("one.base",), (), ("one.guard",))),
    (BEFORE, (), Outcome("", 0), BEFORE),
]


@pytest.mark.parametrize(("before", "asked", "now", "expected"), JOINED)
def test_what_is_known_now_takes_the_place_of_what_was(
    course: Course, before: Outcome, asked: tuple[str, ...], now: Outcome, expected: Outcome
):
    """What was measured beside it, since a criterion requires it, changes nothing."""
    each = entry(course, "01/mutant/forgets")
    found = joined(each, before, asked, now)
    assert replace(found, key="") == expected
    assert (found.key, found.tree, found.checks) == (each.key, each.tree_key, each.checks.key)
    assert found.grader == "older"


def test_the_table_holds_what_outcomes_rest_on_and_nothing_else(
    apart: Course, rewrite: Callable[..., Course], graded: list[str], tmp_path: Path
):
    before = set(json.loads(checks_path(apart).read_text()))
    course = rewrite(GUARD, "It holds", "It does hold")
    run(course, tmp_path, names=("01/solution",))
    assert len(set(read_checks(course)) - before) == 1
    assert set(read_checks(course)) >= before
    run(course, tmp_path)
    assert set(read_checks(course)) == {e.checks.key for e in entries(course)}
