"""A project that runs without isolation can write where its packages are: no official run uses any of that."""

from pathlib import Path

import pytest

from grader.course import assign, load_course, project_to
from grader.domain.course import State
from grader.domain.result import Result
from grader.environment import prepare
from grader.pipeline import Options, grade

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "capstone" / "reference"
CRITERIA = ("domain.user-role", "domain.post-fields")

pytestmark = pytest.mark.slow


@pytest.fixture
def state(tmp_path: Path, state_dir: Path) -> Path:
    """A state of this test's own, both parts with the wheels that were unpacked for others."""
    prepare(COURSE, course_lock=COURSE, cache=state_dir / "environments", progress=lambda text: None)
    own = tmp_path / "state"
    for part in (own, own / "unisolated"):
        (part / "environments").mkdir(parents=True)
        (part / "environments" / "unpacked").symlink_to(state_dir / "environments" / "unpacked")
    return own


def _grade(tmp_path: Path, state: Path, sandbox: str) -> Result:
    course = load_course(ROOT)
    solution = tmp_path / "solution"
    if not solution.exists():
        project_to(course, State(2, True), solution)
    options = Options(state_dir=state, sandbox=sandbox, database="sqlite", seed=1, criteria=CRITERIA)  # type: ignore[arg-type]
    return grade(solution, assign(course, 2, tmp_path), options, progress=lambda step: None)


def _passed(result: Result) -> set[str]:
    return {criterion.id for criterion in result.criteria if criterion.status == "passed"}


def _poison(site: Path) -> None:
    (site / "django" / "new.py").write_text("raise SystemExit(0)\n")
    (site / "django" / "new.py").rename(site / "django" / "__init__.py")
    (site / "django" / "__pycache__").rename(site / "django" / "elsewhere")


def test_what_runs_without_isolation_keeps_its_things_apart(tmp_path: Path, state: Path) -> None:
    before = {path.relative_to(state) for path in state.rglob("*") if "unisolated" not in path.parts}
    assert _passed(_grade(tmp_path, state, "process")) >= set(CRITERIA)
    assert {path.relative_to(state) for path in state.rglob("*") if "unisolated" not in path.parts} == before
    assert list((state / "unisolated" / "environments").glob("*/site"))


def test_what_it_writes_there_reaches_no_official_run(tmp_path: Path, state: Path) -> None:
    _grade(tmp_path, state, "process")
    (site,) = (state / "unisolated" / "environments").glob("*/site")
    _poison(site)
    assert _passed(_grade(tmp_path, state, "bubblewrap")) >= set(CRITERIA)


def test_control_in_a_cache_that_were_shared_it_would(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.pipeline.measuring._state_dir", lambda options: options.state_dir)
    monkeypatch.setattr("grader.environment.pin.Pin.is_intact", lambda pin: True)
    _grade(tmp_path, state, "process")
    (site,) = (state / "environments").glob("*/site")
    _poison(site)
    assert not _passed(_grade(tmp_path, state, "bubblewrap"))
