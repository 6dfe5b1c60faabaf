"""Names that a state uses and does not have are found without grading anything."""

from collections.abc import Callable

import pytest

from grader.course import Course
from grader.course.lint import LintProblem, lint_states
from grader.domain.course import State

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


def test_a_course_without_slips_has_nothing_to_say(rewrite: Callable[..., Course]):
    assert lint_states(rewrite("reference/src/plain.py", "import os, sys\n", "NAME = 1\n")) == ()


@pytest.mark.parametrize(("old", "new", "expected"), SLID)
def test_a_name_that_slid_behind_a_marker_is_found_in_its_state(rewrite: Callable[..., Course], old, new, expected):
    rewrite("reference/src/plain.py", "import os, sys\n", "NAME = 1\n")
    found = lint_states(rewrite(APP, old, new))
    assert [(p.state, p.where.partition(":")[0], p.problem) for p in found] == expected


def test_an_import_that_nothing_uses_is_found_in_every_state(course: Course):
    problems = lint_states(course)
    assert LintProblem(State(1, False), "src/plain.py:1", "F401 [*] `os` imported but unused") in problems
    assert {p.state for p in problems} == {State(n, solved) for n in (1, 2) for solved in (False, True)}


def test_every_state_of_this_course_has_all_names_that_it_uses(real: Course):
    assert lint_states(real) == ()
