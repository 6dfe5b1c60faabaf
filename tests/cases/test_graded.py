"""A full-mark solution keeps its marks in whatever form it is handed in: one full grading for each kind."""

import shutil
from pathlib import Path

import pytest

from grader.course import assign, load_course, project_to
from grader.domain.course import State
from grader.pipeline import Options, grade
from tests.cases.forms import FORMS

pytestmark = pytest.mark.slow(minutes=1)

ROOT = Path(__file__).parents[2]
KINDS = {
    "folder in a folder": "The project was found in project/.",
    "whole release": "The project was found in modules/02-domain-modeling/starter/",
    "environment, packages and builds beside it": "my env/ was left out: it is a virtual environment.",
    "zip with backslashes": "The project was found in p/.",
    "tar of a Mac": "The project was found in project/.",
    "commit of the whole release": "The project was found in modules/02-domain-modeling/starter/",
    "commit of a worktree": "",
}


@pytest.fixture(scope="module")
def solution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project_to(load_course(ROOT), State(2, True), tmp_path_factory.mktemp("course") / "solution")


# That every form gives the same tree is held for all of them elsewhere, in seconds.
IN_EACH_RUN = ("commit of the whole release", "tar of a Mac")


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind in IN_EACH_RUN else pytest.mark.exhaustive) for kind in KINDS]
)
def test_a_solution_keeps_its_marks(kind: str, solution: Path, tmp_path: Path, state_dir: Path) -> None:
    (tmp_path / "work").mkdir()
    handed_in = FORMS[kind](Path(shutil.copytree(solution, tmp_path / "project")), tmp_path / "work")
    options = Options(state_dir, commit=handed_in.commit, path=handed_in.folder, lanes=2)
    assignment = assign(load_course(ROOT), 2, tmp_path / "work")
    result = grade(handed_in.source, assignment, options, progress=lambda step: None)
    assert (result.graded, result.met, result.score) == (True, True, result.max_score)
    assert result.provenance.environment == "submission"
    assert any(KINDS[kind] in notice for notice in result.notices) or not KINDS[kind]
