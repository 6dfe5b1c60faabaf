"""Mutants as data: each edit applies exactly once, or says why not."""

from collections import Counter
from pathlib import Path

import pytest

from grader.course import Course, load_course, project_tree
from grader.course.accepted import load_accepted
from grader.course.ledger import uncaught
from grader.course.mutants import load_mutants, mutate
from grader.domain.course import Edit, Mutant, State
from grader.domain.errors import CourseError

TREE = {"a.py": (b"one\ntwo\ntwo\n", True)}


def mutant(*edits: Edit) -> Mutant:
    return Mutant("m", "M", edits, ("x.y",))


def test_edits_apply_in_order_and_keep_the_mode():
    edits = (Edit("a.py", "one", "three"), Edit("a.py", "three\n", ""), Edit("b.py", "", "new\n"))
    assert mutate(TREE, mutant(*edits)) == {"a.py": (b"two\ntwo\n", True), "b.py": (b"new\n", False)}
    assert TREE == {"a.py": (b"one\ntwo\ntwo\n", True)}


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (Edit("a.py", "four", "x"), "mutants/m.toml: the old text is 0 times in a.py, not once; it begins 'four'"),
        (Edit("a.py", "two\n", "x"), "mutants/m.toml: the old text is 2 times in a.py, not once; it begins 'two'"),
        (Edit("b.py", "one", "x"), "mutants/m.toml: there is no b.py in the solution"),
        (Edit("a.py", "", "x"), "mutants/m.toml: a.py is there already"),
    ],
)
def test_an_edit_that_does_not_apply_is_an_error(edit: Edit, message: str):
    with pytest.raises(CourseError) as caught:
        mutate(TREE, mutant(edit))
    assert caught.value.message == message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('must_fail = ["one.base", "one.guard"]', 'must_fail = ["one.gone"]', "unknown criterion one.gone"),
        ('must_fail = ["one.base", "one.guard"]', 'must_fail = ["one.review"]', "one.review is judged by a person"),
        ('must_fail = ["one.base", "one.guard"]', "must_fail = []", "it must fail nothing, or edits nothing"),
        ('must_fail = ["one.base", "one.guard"]', 'fails = ["one.base"]', "unknown field `fails`"),
        ('must_fail = ["one.base", "one.guard"]', 'must_fail = ["one.base", "one.base"]', "one.base is named twice"),
        ("[[edits]]", 'may_fail = ["one.guard"]\n[[edits]]', "one.guard is named twice"),
        ("[[edits]]", 'may_fail = ["one.gone"]\n[[edits]]', "unknown criterion one.gone"),
        ('file = "src/app.py"', 'file = "../app.py"', "'../app.py' is no path in the solution"),
        ('file = "src/app.py"', 'file = "/app.py"', "'/app.py' is no path in the solution"),
        ('file = "src/app.py"', "file = 3", "forgets.toml:5: Expected `str`, got `int`"),
        (" - 1", "", "an edit of src/app.py changes nothing"),
    ],
)
def test_a_malformed_mutant_is_an_error_that_names_its_file(rewrite, old: str, new: str, message: str):
    course = rewrite("modules/01-one/mutants/forgets.toml", old, new)
    with pytest.raises(CourseError) as caught:
        load_mutants(course, course.modules[0])
    assert "mutants/forgets.toml" in caught.value.message
    assert message in caught.value.message


def test_criteria_without_a_mutant_are_found(course: Course, rewrite):
    assert uncaught(course, course.modules[0]) == ()
    changed = rewrite("modules/01-one/mutants/forgets.toml", '["one.base", "one.guard"]', '["one.base"]')
    assert uncaught(changed, changed.modules[0]) == ("one.guard",)


def test_every_mutant_of_this_repository_applies(real: Course):
    for module in real.modules:
        if mutants := load_mutants(real, module):
            solution = project_tree(real, State(module.number, True))
            for each in mutants:
                assert mutate(solution, each) != solution
                if each_python := [e.file for e in each.edits if Path(e.file).suffix == ".py"]:
                    for path in each_python:
                        compile(mutate(solution, each)[path][0], path, "exec")


@pytest.mark.parametrize("number", [1, 2])
def test_of_the_course_each_criterion_has_two_mutants_and_each_module_three_accepted(number: int):
    course = load_course(Path(__file__).parents[2])
    module = course.modules[number - 1]
    caught = Counter(i for mutant in load_mutants(course, module) for i in mutant.must_fail)
    assert [c.id for c in module.criteria if not c.manual and caught[c.id] < 2] == []
    assert len(load_accepted(course, module)) >= 3
