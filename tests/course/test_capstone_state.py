"""The capstone's own state: what its markers hold shows there, and in no state of a module."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli.main import grader
from grader.course import Course, build_solution, build_starter, load_course, project_tree
from grader.course.grammar import CAPSTONE_CHECKPOINT
from grader.domain.course import State

COURSE = Path(__file__).parents[2]
MODULES = [State(number, solved) for number in range(1, CAPSTONE_CHECKPOINT) for solved in (False, True)]
OF_ITS_OWN = """
# BEGIN BEFORE 06
# BEFORE_IT = "as modules leave it"
# END
# BEGIN SOLUTION 06
SECOND_FACTOR = "asked for"
# STUB
# # TODO(06): ask for a second factor.
# SECOND_FACTOR = ""
# END
"""


@pytest.fixture
def course(root: Path) -> Course:
    """The tiny course, with something that only the capstone asks for."""
    with (root / "reference/src/plain.py").open("a") as file:
        file.write(OF_ITS_OWN)
    return load_course(root)


@pytest.mark.parametrize("state", MODULES, ids=str)
def test_states_of_modules_are_without_it(course: Course, state: State):
    text = project_tree(course, state)["src/plain.py"][0].decode()
    assert "SECOND_FACTOR" not in text
    assert "BEFORE_IT" in text


def test_the_starter_asks_for_it_and_the_solution_has_it(course: Course, tmp_path: Path):
    starter = (build_starter(course, CAPSTONE_CHECKPOINT, tmp_path / "starter") / "src/plain.py").read_text()
    solution = (build_solution(course, CAPSTONE_CHECKPOINT, tmp_path / "solution") / "src/plain.py").read_text()
    assert "# TODO(06): ask for a second factor.\nSECOND_FACTOR = ''" in starter.replace('"', "'")
    assert 'SECOND_FACTOR = "asked for"' in solution
    assert not ({"TODO", "BEFORE_IT"} & set(solution.replace("(", " ").split()))


@pytest.mark.parametrize("which", ["--starter", "--solution"])
def test_the_command_writes_it_by_its_name(course: Course, tmp_path: Path, which: str):
    out = tmp_path / "out"
    words = ["course", "build", "--course", str(course.root), which, "capstone", "--out", str(out)]
    done = CliRunner().invoke(grader, words)
    assert done.exit_code == 0, done.output
    assert f"{which.removeprefix('--')} of the capstone" in done.output
    assert ("TODO(06)" in (out / "src/plain.py").read_text()) == (which == "--starter")


@pytest.mark.parametrize("name", ["0", "6", "07", "-1", "Capstone", "five", "\u0665", ""])
def test_any_other_name_is_refused_with_those_that_there_are(course: Course, tmp_path: Path, name: str):
    out = tmp_path / "out"
    words = ["course", "build", "--course", str(course.root), f"--starter={name}", "--out", str(out)]
    done = CliRunner().invoke(grader, words)
    assert done.exit_code == 2
    assert "neither 1 to 5 nor 'capstone'" in done.output
    assert not out.exists()


def test_of_this_course_every_module_is_without_it_and_the_capstone_is_solution_05_with_tasks():
    course = load_course(COURSE)
    finished = project_tree(course, State(5, True))
    starter = project_tree(course, State(CAPSTONE_CHECKPOINT, False))
    solution = project_tree(course, State(CAPSTONE_CHECKPOINT, True))
    assert set(finished) <= set(starter) <= set(solution)
    assert not [path for path, (content, _) in finished.items() if b"TODO(0" in content]
    assert [path for path, (content, _) in starter.items() if b"TODO(06)" in content]
    assert not [path for path, (content, _) in solution.items() if b"TODO(0" in content]
