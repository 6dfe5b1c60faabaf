"""The packages of a correct solution are removed or made anew while it is graded: it keeps its points."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course import assign, load_course, project_to
from grader.domain.course import State
from grader.domain.progress import Progress
from grader.domain.result import Result
from grader.environment import Environment, prepare
from grader.environment.pin import put_aside
from grader.pipeline import Assignment, Options, grade, measuring

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "capstone" / "reference"
CRITERIA = ("domain.user-role", "domain.post-fields", "domain.slug-made")
Damage = Callable[[Environment], object]


def _rebuild(environment: Environment) -> None:
    """As whoever thinks that the cache is damaged: everything goes, and is made anew at once."""
    shutil.rmtree(environment.site.parent)
    _prepare(environment.site.parents[1])


DAMAGES: dict[str, Damage] = {
    "packages removed": lambda environment: shutil.rmtree(environment.site),
    "one package removed": lambda environment: shutil.rmtree(environment.site / "django" / "db"),
    "made anew": _rebuild,
}


def _prepare(cache: Path) -> Environment:
    return prepare(COURSE, course_lock=COURSE, cache=cache, progress=lambda text: None)


@pytest.fixture
def state(tmp_path: Path, state_dir: Path) -> Path:
    """A cache of this test's own, with the wheels that were unpacked for others."""
    own = tmp_path / "state"
    (own / "environments").mkdir(parents=True)
    _prepare(state_dir / "environments")
    (own / "environments" / "unpacked").symlink_to(state_dir / "environments" / "unpacked")
    return own


def _graded(
    tmp_path: Path,
    state: Path,
    damage: Damage | None,
    changed: Callable[[Assignment, Path], Assignment] = lambda assignment, cache: assignment,
) -> tuple[Result, list[str]]:
    """The result of the solution where the damage is done once, when the checks begin."""
    course = load_course(ROOT)
    solution = project_to(course, State(2, True), tmp_path / "solution")
    environment, done, said = _prepare(state / "environments"), threading.Event(), []

    def progress(step: Progress) -> None:
        said.append(step.text)
        if step.text == "Running the checks" and damage is not None and not done.is_set():
            done.set()
            damage(environment)

    options = Options(state_dir=state, database="sqlite", seed=1, criteria=CRITERIA)
    assignment = changed(assign(course, 2, tmp_path), state / "environments")
    return grade(solution, assignment, options, progress=progress), said


@pytest.mark.slow
@pytest.mark.parametrize("name", DAMAGES)
def test_the_run_is_repeated_and_no_point_lost(tmp_path: Path, state: Path, name: str) -> None:
    result, said = _graded(tmp_path, state, DAMAGES[name])
    assert result.graded
    assert {c.id for c in result.criteria if c.status == "passed"} >= set(CRITERIA)
    assert len([text for text in said if "measuring again" in text]) == 1


@pytest.mark.slow
def test_control_an_undisturbed_run_is_not_repeated(tmp_path: Path, state: Path) -> None:
    result, said = _graded(tmp_path, state, None)
    assert {c.id for c in result.criteria if c.status == "passed"} >= set(CRITERIA)
    assert not [text for text in said if "measuring again" in text]


@pytest.mark.slow
def test_control_without_the_pin_points_are_lost(tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def once[T](
        prepared: Callable[[], Environment], measure: Callable[[Environment], T], progress: Callable[[str], None]
    ) -> tuple[Environment, T]:
        environment = prepared()
        return environment, measure(environment)

    monkeypatch.setattr(measuring, "unchanged", once)
    result, _ = _graded(tmp_path, state, DAMAGES["packages removed"], _with_the_course_whole)
    assert result.graded
    assert not {c.id for c in result.criteria if c.status == "passed"} >= set(CRITERIA)


def _with_the_course_whole(assignment: Assignment, cache: Path) -> Assignment:
    """The control submission finds its packages: whoever removed them, or another grading, has made them anew."""

    def control() -> Path:
        put_aside(_prepare(cache).site.parent)
        _prepare(cache)
        assert assignment.control is not None
        return assignment.control()

    return replace(assignment, control=control)
