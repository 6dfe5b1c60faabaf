"""Junk: rubbish as an answer to everything, which is rejected and always measured."""

import ast
from dataclasses import replace

import pytest

from grader.course import Course
from grader.course.junk import KINDS, junk_trees
from grader.course.ledger import Entry, Outcome, entries

SETTINGS = "src/config/settings/base.py"
SOLUTION = {
    SETTINGS: (b"INSTALLED_APPS = []\n", False),
    "src/apps/posts/models.py": (b"x = 1\n", False),
    "src/apps/posts/notes.txt": (b"kept", False),
}


def test_each_kind_is_the_solution_with_one_app_more():
    trees = dict(junk_trees(SOLUTION))
    assert list(trees) == ["empty", *(kind.id for kind in KINDS)]
    for name in trees.keys() - {"empty"}:
        assert b"junk.apps.JunkConfig" in trees[name][SETTINGS][0]
        defined = {getattr(node, "name", "") for node in ast.parse(trees[name]["src/apps/junk/apps.py"][0]).body}
        assert "JunkConfig" in defined


def test_accounts_are_spared_where_people_have_to_be_made_to_ask():
    api = {**SOLUTION, "src/apps/api/urls.py": (b"", False)}
    apps = "src/apps/junk/apps.py"
    assert all(b"accounts." not in tree[apps][0] for name, tree in junk_trees(SOLUTION) if name != "empty")
    assert all(b'"accounts."' in tree[apps][0] for name, tree in junk_trees(api) if name != "empty")


def test_the_bar_is_of_what_criteria_are_worth(course: Course):
    """Gates have points too, which no junk is graded by."""
    whole = next(e for e in entries(course, only=1) if e.name == "01/junk/empty")
    module = whole.module
    half = replace(module, criteria=tuple(replace(c, points=c.points // 2) for c in module.criteria))
    assert replace(whole, module=half).problem(Outcome("", 50)) == (
        "passes with 50 of 50 points, though every answer is rubbish"
    )


def test_the_empty_one_has_no_line_in_its_apps():
    empty = dict(junk_trees(SOLUTION))["empty"]
    assert empty["src/apps/posts/models.py"] == (b"", False)
    assert empty["src/apps/posts/notes.txt"] == (b"kept", False)


def test_a_project_without_the_layers_of_the_course_has_the_empty_one_alone():
    assert [name for name, _ in junk_trees({"a.py": (b"", False)})] == ["empty"]


@pytest.mark.parametrize(
    ("outcome", "problem"),
    [
        (Outcome("", 0, ("one.base", "one.guard")), ""),
        (Outcome("", 0, ("one.base",), ("one.guard",)), ""),
        (Outcome("", 0, (), ("one.base", "one.guard")), ""),  # it does not start
        (Outcome("", 100), "passes with 100 of 100 points, though every answer is rubbish"),
        (Outcome("", 0, ("one.guard",), (), ("one.base",)), "could not be measured: one.base"),
    ],
)
def test_it_is_an_entry_that_is_rejected_and_measured(course: Course, outcome: Outcome, problem: str):
    entry = next(e for e in entries(course, only=1) if e.name == "01/junk/empty")
    assert isinstance(entry, Entry)
    assert entry.problem(outcome) == problem
