"""Correct solutions in other styles, each written from the brief over the starter: all of them score 100."""

import shutil
import tomllib
from pathlib import Path

import pytest

from grader.course import load_course
from grader.course.assignments import assign
from grader.course.build import project_to
from grader.domain.course import State
from grader.pipeline import Options, grade

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
HANDS = sorted(path.parent.name for path in HERE.glob("*/overlay.toml"))


def written_over_the_starter(hand: str, folder: Path) -> tuple[Path, int]:
    """The starter with the solution of that hand over it, and the module's number."""
    told = tomllib.loads((HERE / hand / "overlay.toml").read_text("utf-8"))
    course = load_course(ROOT)
    tree = project_to(course, State(told["module"], False), folder / "submission")
    for name in told["remove"]:
        path = tree / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    ignored = shutil.ignore_patterns("overlay.toml", "__pycache__")
    shutil.copytree(HERE / hand, tree, dirs_exist_ok=True, ignore=ignored)
    # Locking needs the package index, which a test has not got: the lock is that of the solution.
    solution = project_to(course, State(told["module"], True), folder / "solution")
    shutil.copy(solution / "poetry.lock", tree / "poetry.lock")
    return tree, told["module"]


@pytest.mark.slow(minutes=1)
@pytest.mark.parametrize("hand", HANDS)
def test_it_scores_full_marks(hand: str, tmp_path: Path, state_dir: Path) -> None:
    tree, module = written_over_the_starter(hand, tmp_path)
    assignment = assign(load_course(ROOT), module, tmp_path)
    result = grade(tree, assignment, Options(state_dir=state_dir, seed=1), progress=lambda _: None)
    lost = {
        c.id: [o for o in c.observations if o.status != "passed"][:3] for c in result.criteria if c.status == "failed"
    }
    assert lost == {}
    assert (result.graded, result.score) == (True, 100)
