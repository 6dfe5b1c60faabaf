"""What is wrong with a course is found in seconds, with file and line, and without grading anything."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner

from grader.cli.main import grader
from grader.course import Course
from grader.course.grammar import CAPSTONE_CHECKPOINT
from grader.course.lint import LintProblem, lint
from grader.course.lint.states import lint_states
from grader.domain.course import State

CHECKS, BRIEF, MANIFEST = (
    "modules/01-one/checks/hidden/test_hidden.py",
    "modules/01-one/README.md",
    "modules/01-one/module.toml",
)
APP = "reference/src/app.py"
SLID = [
    # An import that is given from 02 on, used in what 01 has as well.
    ("import os\n", "import os  # GIVEN 02\n", [(State(1, True), "src/app.py", "F821 Undefined name `os`")]),
    (
        'return ""',
        "return nobody()",
        [(State(2, False), "src/app.py", "F821 Undefined name `nobody`")],
    ),
]


def test_a_course_without_slips_has_nothing_to_say(course: Course):
    assert lint_states(course) == ()


@pytest.mark.parametrize(("old", "new", "expected"), SLID)
def test_a_name_that_slid_behind_a_marker_is_found_in_its_state(rewrite: Callable[..., Course], old, new, expected):
    found = lint_states(rewrite(APP, old, new))
    assert [(p.where.rpartition(":")[0], p.problem) for p in found] == [
        (f"{state}: {path}", f"{problem}.") for state, path, problem in expected
    ]


def test_an_import_that_nothing_uses_is_found_in_every_state(rewrite: Callable[..., Course]):
    problems = lint_states(rewrite("reference/src/plain.py", "os.name, ", ""))
    assert "starter 01: src/plain.py:1: F401 [*] `os` imported but unused." in {
        str(problem).partition(" Mend")[0] for problem in problems
    }
    assert {p.where.partition(":")[0] for p in problems} == {
        str(State(n, solved)) for n in (1, 2, CAPSTONE_CHECKPOINT) for solved in (False, True)
    }


WRONG = [
    # path, old, new, where, what is said
    (CHECKS, "one.guard", "one.gard", f"{CHECKS}:10", "one.gard is no criterion of module 01; did you mean one.guard?"),
    (CHECKS, "one.guard", "elsewhere", f"{CHECKS}:10", "elsewhere is no criterion of module 01."),
    (CHECKS, '"""It stands, as everybody may see."""', "pass", f"{CHECKS}:6", "test_base has no docstring."),
    (CHECKS, '@check("one.base")\n', "", f"{CHECKS}:5", "test_base is tied to no criterion."),
    (CHECKS, "def test_guard", "def test_base", f"{CHECKS}:11", "test_base stands in line 6 too."),
    (CHECKS, "def test_base", "def def", f"{CHECKS}:6", "it does not parse: "),
    (CHECKS, "one.guard", "one.base", f"{MANIFEST}:18", "no check carries one.guard."),
    (BRIEF, "one.guard", "one.gard", BRIEF, "the anchor one.gard is of no criterion."),
    (BRIEF, "one.guard", "x", BRIEF, "there is no anchor for one.guard."),
    (BRIEF, "one.guard", "one.base", BRIEF, "there are two anchors for one.base."),
    (BRIEF, "</a>", "</a>[x](nowhere.md)", f"{BRIEF}:1", "there is no nowhere.md."),
    (BRIEF, "<a", "### Task 2\n<a", f"{MANIFEST}:8", "one.base is of task 1, which the brief does not have."),
    ("modules/01-one/mutants/forgets.toml", "len(", "lens(", "modules/01-one/mutants/forgets.toml", "is 0 times in"),
    ("modules/01-one/mutants/forgets.toml", "one.guard", "one.gard", "modules/01-one/mutants/forgets.toml", "unknown"),
    (
        APP,
        '    # return ""\n    # END\n',
        '    # return ""\n',
        f"{APP}:",
        "# BEGIN SOLUTION 02 is not closed: the next END, in line 27",
    ),
    (APP, "# BEGIN GIVEN 02", "# BEGIN GIVN 02", f"{APP}:", "is none: # BEGIN GIVN 02"),
]


@pytest.mark.parametrize(("path", "old", "new", "where", "problem"), WRONG)
def test_what_is_wrong_is_said_with_its_place(rewrite: Callable[..., Course], path, old, new, where, problem):
    found = lint(rewrite(path, old, new))
    assert any(p.where.startswith(where) and problem in str(p) for p in found), list(map(str, found))


def test_a_sound_course_has_nothing_wrong(course: Course):
    assert lint(course) == ()


@pytest.mark.parametrize("command", [["lint"], ["build", "--check"], ["verify"], ["prove"], ["prove", "--under-load"]])
def test_what_takes_longer_is_not_begun(rewrite: Callable[..., Course], command):
    course = rewrite(CHECKS, "one.guard", "one.gard")
    ended = CliRunner().invoke(grader, ["course", *command, "--course", str(course.root)])
    assert ended.exit_code == 1
    assert f"{CHECKS}:10: one.gard is no criterion of module 01; did you mean one.guard?" in ended.output
    assert "1 problem: grader course lint" in ended.output


def test_nothing_is_wrong_with_this_course(real: Course):
    assert lint(real) == ()


def test_a_problem_is_a_line():
    assert str(LintProblem("a.py:1", "It is wrong.", "Mend it.")) == "a.py:1: It is wrong. Mend it."
