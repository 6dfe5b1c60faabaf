"""A change of the checks: only the criteria that it reaches are graded again, and the rest of an outcome stands."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course import Course, prove
from grader.course.ledger import Outcome, checks_path, entries, read_checks, read_ledger, write_ledger
from grader.course.prove import is_current
from grader.course.stale import Part, joined, stale_part
from tests.course.proofs import ALL, entry, run

OWN_FILE = '''
import os

from grader.checkpoint import check

LIMIT = 1


@check("one.guard")
def test_guard_again(app):
    """It holds."""
    assert app.limit == LIMIT


@check("one.guard")
def test_guard_with_a_helper(app):
    """It holds as well."""
    assert helper(app)


def helper(app):
    return os.sep
'''
CONFTEST = """
import pytest


@pytest.fixture
def app(shared):
    return shared


@pytest.fixture
def shared():
    return 1


@pytest.fixture
def unused():
    return 2
"""
NOTHING = Part((), ())
HIDDEN = "modules/01-one/checks/hidden/test_hidden.py"
GUARD = "modules/01-one/checks/hidden/test_guard.py"
SHARED = "modules/01-one/checks/conftest.py"
MANIFEST = "modules/01-one/module.toml"


@pytest.fixture
def apart(root: Path, course: Course, graded: list[str], tmp_path: Path) -> Course:
    """The tiny course with one more file of checks, of ``one.guard`` alone; proved."""
    (root / GUARD).write_text(OWN_FILE)
    (root / SHARED).write_text(CONFTEST)
    run(course, tmp_path)
    graded.clear()
    return course


BOTH, AGAIN, HELPED = "one.base one.guard", "guard::guard_again", "guard::guard_with_a_helper"
REST = f"{AGAIN} {HELPED} hidden::guard"
ALL_CHECKS = f"hidden::base {REST}"
CHANGES = [
    ("a sentence", GUARD, "It holds as well", "It does hold", "", ""),
    ("a comment", GUARD, "LIMIT = 1", "LIMIT = 1  # at most", "", ""),
    ("a constant of one check", GUARD, "LIMIT = 1", "LIMIT = 2", "one.guard", AGAIN),
    ("a function of one check", GUARD, "return os.sep", "return os.pathsep", "one.guard", HELPED),
    ("an import", GUARD, "import os", "import posix as os", "one.guard", HELPED),
    ("what a file does when it is loaded", GUARD, "LIMIT = 1", "LIMIT = 1\nprint()", "one.guard", f"{AGAIN} {HELPED}"),
    (
        "the time that a check has",
        GUARD,
        '@check("one.guard")\ndef test_guard_w',
        '@check("one.guard", seconds=9)\ndef test_guard_w',
        "one.guard",
        HELPED,
    ),
    (
        "another criterion",
        GUARD,
        '@check("one.guard")\ndef test_guard_w',
        '@check("one.base")\ndef test_guard_w',
        "one.base",
        HELPED,
    ),
    ("a check fewer", GUARD, "def test_guard_w", "def no_test_guard_w", "", ""),
    (
        "a check more",
        GUARD,
        "def helper(app)",
        '@check("one.guard")\ndef test_more(app): ...\n\n\ndef helper(app)',
        "one.guard",
        "guard::more",
    ),
    (
        "a criterion that cannot be read",
        GUARD,
        '@check("one.guard")\ndef test_guard_w',
        '@check("one." + "guard")\ndef test_guard_w',
        BOTH,
        ALL_CHECKS,
    ),
    (
        "a file that cannot be read",
        GUARD,
        "(app):\n    return",
        "(app:\n    return",
        BOTH,
        "hidden::base hidden::guard",
    ),
    ("a fixture behind a fixture", SHARED, "return 1", "return 3", BOTH, ALL_CHECKS),
    ("a fixture that nobody asks for", SHARED, "return 2", "return 3", "", ""),
    (
        "a fixture that is always there",
        SHARED,
        "@pytest.fixture\ndef unused",
        "@pytest.fixture(autouse=True)\ndef unused",
        BOTH,
        ALL_CHECKS,
    ),
    ("a hook of pytest", SHARED, "def unused", "def pytest_configure", BOTH, ALL_CHECKS),
    ("a note in the manifest", MANIFEST, "manual = true", "manual = true # always", "", ""),
    ("a rule of the manifest", MANIFEST, 'requires = ["one.base"]', "", "one.guard", REST),
]


@pytest.mark.parametrize(
    ("path", "old", "new", "criteria", "checks"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_only_the_checks_that_a_change_reaches_are_run_again(
    apart: Course, rewrite: Callable[..., Course], path: str, old: str, new: str, criteria: str, checks: str
):
    """Where all passed before."""
    changed = rewrite(path, old, new)
    each = entry(changed, "01/solution")
    part = stale_part(each, read_ledger(changed)[each.name], read_checks(changed))
    assert part is not None
    assert (" ".join(part.criteria), set(part.checks)) == (criteria, set(checks.split()))


def test_of_a_criterion_that_was_not_passed_all_checks_are_run_again(apart: Course, rewrite: Callable[..., Course]):
    """It is not known which of them it was. Without a change nothing is."""
    assert stale_part(entry(apart, "01/starter"), read_ledger(apart)["01/starter"], read_checks(apart)) == NOTHING
    changed = rewrite(GUARD, "LIMIT = 1", "LIMIT = 2")
    part = stale_part(entry(changed, "01/starter"), read_ledger(changed)["01/starter"], read_checks(changed))
    assert part is not None
    assert (part.criteria, set(part.checks)) == (("one.guard",), set(REST.split()))


def test_what_failed_goes_on_failing_where_checks_were_only_added(apart: Course, rewrite: Callable[..., Course]):
    """Whichever check it was that failed is among them."""
    changed = rewrite(GUARD, "def helper(app)", '@check("one.guard")\ndef test_more(app): ...\n\n\ndef helper(app)')
    assert stale_part(entry(changed, "01/starter"), read_ledger(changed)["01/starter"], read_checks(changed)) == NOTHING
    blocked = replace(read_ledger(apart)["01/starter"], failed=("one.base",), blocked=("one.guard",))
    part = stale_part(entry(changed, "01/starter"), blocked, read_checks(apart))
    assert part is not None
    assert part.criteria == ("one.guard",)


def test_what_was_blocked_is_run_again_with_what_it_requires(apart: Course, rewrite: Callable[..., Course]):
    before = replace(read_ledger(apart)["01/starter"], failed=("one.base",), blocked=("one.guard",))
    each = entry(rewrite(HIDDEN, '"""It stands', 'assert app\n    """It stands'), "01/starter")
    part = stale_part(each, before, read_checks(apart))
    assert part is not None
    assert (part.criteria, set(part.checks)) == (ALL, set(ALL_CHECKS.split()))


def test_a_proof_runs_them_alone_and_says_so_in_the_ledger(
    apart: Course, rewrite: Callable[..., Course], graded: list[str], tmp_path: Path
):
    course = rewrite(GUARD, "LIMIT = 1", "LIMIT = 2")
    assert run(course, tmp_path).graded == 5
    assert {line.partition(" ")[0]: set(line.split()[1:]) for line in graded} == {
        "01/junk/empty": {"one.guard", *REST.split()},
        "01/mutant/forgets": {"one.guard", *REST.split()},
        "01/solution": {"one.guard", AGAIN},
        "01/starter": {"one.guard", *REST.split()},
        "02/starter-for-01": {"one.guard", AGAIN},
    }
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
    assert stale_part(each, read_ledger(apart)[each.name], read_checks(apart)) == NOTHING
    assert stale_part(each, change(read_ledger(apart)[each.name]), read_checks(apart)) is None
    assert stale_part(each, None, read_checks(apart)) is None


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
    course = rewrite(GUARD, "LIMIT = 1", "LIMIT = 2")
    run(course, tmp_path, names=("01/solution",))
    assert graded == ["01/solution"]
    assert run(course, tmp_path).wrong == ()


def test_what_an_older_grader_graded_is_graded_as_a_whole_where_that_is_asked_for(
    apart: Course, rewrite: Callable[..., Course], graded: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    course = rewrite(GUARD, "LIMIT = 1", "LIMIT = 2")
    monkeypatch.setattr(prove, "grader_fingerprint", lambda: "another")
    run(course, tmp_path, only=1, older=True)
    assert sorted(graded) == ["01/junk/empty", "01/mutant/forgets", "01/solution", "01/starter"]


BEFORE = Outcome("", 40, failed=("one.base",), grader="older")
PASSED = Outcome("", 100, grader="older")
BLOCKED = Outcome("", 0, failed=("one.base",), blocked=("one.guard",), grader="older")
JOINED = [
    ("failed once", BEFORE, ("one.base",), Outcome("", 60), Outcome("", 100)),
    (
        "fails now as well",
        PASSED,
        ("one.guard",),
        Outcome("", 0, failed=("one.guard",)),
        Outcome("", 60, ("one.guard",)),
    ),
    ("what it requires fails now", PASSED, ("one.base",), Outcome("", 0, failed=("one.base",)), BLOCKED),
    ("what it requires failed once", BLOCKED, ALL, Outcome("", 100), Outcome("", 100)),
    ("its requirement outweighs it", BLOCKED, ("one.guard",), Outcome("", 40), BLOCKED),
    ("no project", PASSED, ("one.guard",), Outcome("", 0, blocked=("one.guard",)), Outcome("", 60, (), ("one.guard",))),
    (
        "not measured",
        PASSED,
        ("one.guard",),
        Outcome("", 0, errored=("one.guard",)),
        Outcome("", 60, (), (), ("one.guard",)),
    ),
    ("nothing asked", BLOCKED, (), Outcome("", 0), BLOCKED),
]


@pytest.mark.parametrize(("before", "asked", "now", "expected"), [j[1:] for j in JOINED], ids=[j[0] for j in JOINED])
def test_what_is_known_now_takes_the_place_of_what_was(
    course: Course, before: Outcome, asked: tuple[str, ...], now: Outcome, expected: Outcome
):
    each = entry(course, "01/mutant/forgets")
    found = joined(each, before, Part(asked, ()), now)
    assert replace(found, key="") == expected
    assert (found.key, found.tree, found.checks) == (each.key, each.tree_key, each.checks.key)
    assert found.grader == "older"


def test_the_table_holds_what_outcomes_rest_on_and_nothing_else(
    apart: Course, rewrite: Callable[..., Course], graded: list[str], tmp_path: Path
):
    before = set(json.loads(checks_path(apart).read_text()))
    course = rewrite(GUARD, "LIMIT = 1", "LIMIT = 2")
    run(course, tmp_path, names=("01/solution",))
    assert len(set(read_checks(course)) - before) == 1
    assert set(read_checks(course)) >= before
    run(course, tmp_path)
    assert set(read_checks(course)) == {e.checks.key for e in entries(course)}
