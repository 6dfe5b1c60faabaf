"""The cases that wait to be graded fit the solutions that they change."""

from pathlib import Path

import pytest

from grader.course import load_course
from grader.course.projection import project_tree
from grader.domain.course import State
from tests.fairness.unseen.cases import edited, read, waiting

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", waiting(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_case_changes_the_solution_and_is_python(path: Path) -> None:
    solution, cases = project_tree(load_course(ROOT), State(int(path.stem), True)), read(path)
    assert len({case.id for case in cases}) == len(cases)
    for case in cases:
        assert case.sentence, case.id
        tree = edited(solution, case)
        changed = [path for path, file in tree.items() if file != solution.get(path)]
        assert changed, case.id
        for path in changed:
            if path.endswith(".py"):
                compile(tree[path][0], path, "exec")
