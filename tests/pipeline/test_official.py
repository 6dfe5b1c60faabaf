"""A result says how it was measured: official, or what was missing for that."""

import io
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from grader.course import assign, load_course, project_to
from grader.domain.course import State
from grader.domain.result import Result
from grader.pipeline import Options, grade
from grader.report import REPORTS, for_learners, terminal

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ONLY = ("domain.user-role",)


def printed(renderable: RenderableType) -> str:
    """What stands on a wide terminal."""
    console = Console(width=1000, file=io.StringIO())
    console.print(renderable)
    return console.file.getvalue()  # type: ignore[attr-defined]


def graded(room: Path, state_dir: Path, **how: object) -> Result:
    course = load_course(ROOT)
    solution = project_to(course, State(2, True), room / "solution")
    options = Options(state_dir, seed=7, criteria=ONLY, **how)  # type: ignore[arg-type]
    return grade(solution, assign(course, 2, room), options, progress=lambda step: None)


@pytest.mark.parametrize(
    ("how", "missing"),
    [
        pytest.param({"sandbox": "process"}, ["does not isolate", "Only a"], id="not-isolated"),
        pytest.param({"database": "sqlite", "mode": "savepoint"}, ["SQLite", "savepoint", "Only a"], id="fast-mode"),
        pytest.param({"public_only": True}, ["hidden checks", "Only a"], id="public-only"),
        pytest.param({}, ["Only a"], id="official-way"),
    ],
)
def test_what_is_missing_is_in_every_report(how: dict, missing: list[str], tmp_path: Path, state_dir: Path) -> None:
    result = graded(tmp_path, state_dir, **how)
    assert result.graded
    assert not result.provenance.official
    said = result.provenance.unofficial_because
    assert len(said) == len(missing)
    assert all(part in sentence for part, sentence in zip(missing, said, strict=True))
    shown = [REPORTS[name].render(for_learners(result)) for name in ("json", "html", "markdown")]
    shown.append(printed(terminal(for_learners(result))))
    for text in shown:
        assert all(part in text for part in missing)


def test_checks_are_left_out_of_named_criteria_only(tmp_path: Path) -> None:
    """Or a run of some checks could meet the bar."""
    with pytest.raises(ValueError, match="without their criteria"):
        Options(tmp_path, checks=("task1_users::a_new_user",))
    assert Options(tmp_path, criteria=("domain.user-role",), checks=()).restricted
