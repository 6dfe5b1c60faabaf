"""Junk: rubbish as an answer to everything, which is rejected and always measured."""

import ast

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
        (Outcome("", 100), "passes with 100 points, though every answer is rubbish"),
        (Outcome("", 0, ("one.guard",), (), ("one.base",)), "could not be measured: one.base"),
    ],
)
def test_it_is_an_entry_that_is_rejected_and_measured(course: Course, outcome: Outcome, problem: str):
    entry = next(e for e in entries(course, only=1) if e.name == "01/junk/empty")
    assert isinstance(entry, Entry)
    assert entry.problem(outcome) == problem
