"""The labs of the course prove themselves: the solution has all points of tests, what is handed out has none."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.domain.errors import CourseError
from grader.domain.status import Status
from grader.lab.grade import grade
from grader.lab.nouns import Lab
from grader.lab.release import leaks, release
from grader.lab.source import load_lab
from grader.sandbox.api import Sandbox
from grader.sandbox.select import open_sandbox
from tests.lab.notebooks import load

MODULES = sorted((Path(__file__).parents[2] / "modules").glob("0*"))


def lab_of(module: Path) -> Lab:
    return load_lab(module, assignment=module.name, number=int(module.name[:2]))


@pytest.fixture(scope="module")
def sandbox(usual_state_dir: Path) -> Iterator[Sandbox]:
    box = open_sandbox("auto", state_dir=usual_state_dir)
    yield box
    box.close()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_each_lab_has_tests_with_hidden_lines_and_a_question_for_people(module: Path) -> None:
    lab = lab_of(module)
    assert all(cell.hidden for cell in lab.graded if cell.role == "tests")
    assert [cell for cell in lab.graded if cell.role == "written"]
    for position, cell in enumerate(lab.cells):
        if cell.role == "written":
            assert (
                "A person reads the next cell." in lab.cells[position - 1].source
            )  # nbgrader takes the text of an answer away
            assert lab.cells[position - 1].role == "text"


@pytest.mark.slow(minutes=1)
@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_solution_and_release(module: Path, sandbox: Sandbox, usual_state_dir: Path, tmp_path: Path) -> None:
    lab = lab_of(module)
    made = release(lab, tmp_path / "release", state_dir=usual_state_dir, kind="auto", progress=lambda text: None)
    assert "HIDDEN" not in made.read_text()
    assert "For those who grade" not in made.read_text()
    notebooks = {"solution": lab.path, "released": made}
    graded = grade(lab, notebooks, out=tmp_path / "out", sandbox=sandbox, state_dir=usual_state_dir)
    for one, share in zip(graded, (1, 0), strict=True):
        tested = [q for q in one.questions if q.status is not Status.MANUAL]
        assert {q.id: q.score for q in tested} == {q.id: q.max_score * share for q in tested}
        assert tested
        assert one.pending > 0


def test_a_release_is_searched_for_leaks(tmp_path: Path) -> None:
    lab = lab_of(MODULES[-1])
    made = tmp_path / "made.ipynb"
    for line in ("    return len(good), len(valid)", "assert percentile([7], 0.1) == 7", "### BEGIN SOLUTION"):
        notebook = load(lab.path)
        notebook["cells"] = [{"cell_type": "code", "source": ["x = 1\n", line], "metadata": {}, "outputs": []}]
        made.write_text(json.dumps(notebook))
        assert list(leaks(lab, made)) == [repr(line.strip())]
    notebook["cells"] = [{"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": [{}]}]
    made.write_text(json.dumps(notebook))
    assert list(leaks(lab, made)) == ["outputs of cells"]


@pytest.mark.slow
def test_a_solution_without_marks_is_not_released(usual_state_dir: Path, tmp_path: Path) -> None:
    text = MODULES[-1].joinpath("lab", "objectives.ipynb").read_text()
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "objectives.ipynb").write_text(text.replace("### END SOLUTION", "### THE END", 1))
    lab = load_lab(tmp_path, assignment="05-operations", number=5)
    with pytest.raises(CourseError, match="nbgrader refuses") as refused:
        release(lab, tmp_path / "out", state_dir=usual_state_dir, kind="auto", progress=lambda text: None)
    assert refused.value.hint
    assert not (tmp_path / "out").exists()
