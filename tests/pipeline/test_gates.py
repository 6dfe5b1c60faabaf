"""Gates in a grading: measured beside the checks, scored by the manifest, settled by the known-good submission."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader.course import assign, load_course, project_to
from grader.domain.course import Gate, State
from grader.domain.errors import EnvironmentError_
from grader.domain.result import Result
from grader.domain.status import Status
from grader.gates.style.gate import StyleGate
from grader.gates.subject import Subject
from grader.pipeline import Options, grade, measuring
from grader.pipeline.measuring import run_checks
from grader.report import REPORTS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
GATE = Gate("style", "ruff finds little", "style.ruff", "≤", 100.0, "findings", blocks=True)


@pytest.fixture
def few_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one criterion's checks run, though all were asked for: the gates are what this is about."""
    only = ("domain.user-role",)
    monkeypatch.setattr(
        measuring, "run_checks", lambda run, progress: run_checks(replace(run, criteria=only), progress=progress)
    )


def graded(room: Path, state_dir: Path, gate: Gate) -> Result:
    course = load_course(ROOT)
    solution = project_to(course, State(2, True), room / "solution")
    assignment = assign(course, 2, room)
    assignment = replace(assignment, module=replace(assignment.module, gates=(gate,)))
    return grade(solution, assignment, Options(state_dir, seed=7), progress=lambda step: None)


@pytest.mark.usefixtures("few_checks")
@pytest.mark.parametrize(("threshold", "status"), [(100.0, Status.PASSED), (-1.0, Status.FAILED)])
def test_a_gate_is_measured_and_held_against_its_threshold(
    tmp_path: Path, state_dir: Path, threshold: float, status: Status
) -> None:
    result = graded(tmp_path, state_dir, replace(GATE, threshold=threshold))
    (verdict,) = result.gates
    assert (verdict.status, verdict.unit) == (status, "findings")
    assert verdict.actual is not None
    assert verdict.source.startswith("ruff ")


@pytest.mark.usefixtures("few_checks")
def test_what_cannot_be_measured_once_is_measured_again(
    tmp_path: Path, state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure, calls = StyleGate.measure, []

    def breaks_once(self: StyleGate, subject: Subject, metrics: frozenset[str]) -> object:
        calls.append(subject.submission)
        if len(calls) == 1:
            raise EnvironmentError_("ruff ended with 139.")
        return measure(self, subject, metrics)

    monkeypatch.setattr(StyleGate, "measure", breaks_once)
    (verdict,) = graded(tmp_path, state_dir, GATE).gates
    assert verdict.status is Status.PASSED
    assert "The first time: ruff ended with 139." in verdict.fault
    assert len(calls) == 2
    assert calls[0] == calls[1]


@pytest.mark.usefixtures("few_checks")
@pytest.mark.parametrize(("also_the_control", "status"), [(False, Status.FAILED), (True, Status.ERRORED)])
def test_what_cannot_be_measured_is_the_submissions_only_if_the_control_can(
    tmp_path: Path, state_dir: Path, monkeypatch: pytest.MonkeyPatch, also_the_control: bool, status: Status
) -> None:
    measure = StyleGate.measure

    def breaks(self: StyleGate, subject: Subject, metrics: frozenset[str]) -> object:
        if also_the_control or "control" not in str(subject.submission):
            raise EnvironmentError_("ruff ended with 139.")
        return measure(self, subject, metrics)

    monkeypatch.setattr(StyleGate, "measure", breaks)
    result = graded(tmp_path, state_dir, GATE)
    assert result.gates[0].status is status


@pytest.mark.usefixtures("few_checks")
def test_of_a_project_that_does_not_start_what_needs_it_running_waits(tmp_path: Path, state_dir: Path) -> None:
    """No tests are run and no server is started for what cannot be; what only reads files is measured."""
    course = load_course(ROOT)
    broken = project_to(course, State(2, True), tmp_path / "broken")
    (broken / "src/apps/posts/models.py").write_text("import nowhere_to_be_found\n", "utf-8")
    tests = Gate("tests", "Tests run the models", "coverage.unit", "≥", 95.0, "%", points=10)
    assignment = assign(course, 2, tmp_path)
    assignment = replace(assignment, module=replace(assignment.module, gates=(GATE, tests)))
    said: list[str] = []
    result = grade(broken, assignment, Options(state_dir, seed=7), progress=lambda step: said.append(step.text))
    assert result.start is not None
    assert [(gate.id, gate.status, gate.score) for gate in result.gates] == [
        ("style", Status.PASSED, 0),
        ("tests", Status.BLOCKED, 0),
    ]
    assert "Measuring style" in said
    assert "Measuring coverage" not in said
    for name in ("html", "markdown", "junit", "sarif", "classroom"):
        assert REPORTS[name].render(result)


def test_a_check_shows_what_a_reviewer_looks_at(tmp_path: Path, state_dir: Path) -> None:
    """The diagram of the tables and what the migrations changed, for the learner too."""
    course = load_course(ROOT)
    solution = project_to(course, State(2, True), tmp_path / "solution")
    only = ("domain.schema-review",)
    options = Options(state_dir, database="sqlite", mode="savepoint", public_only=True, criteria=only, seed=7)
    result = grade(solution, assign(course, 2, tmp_path), options, progress=lambda step: None)
    assert [artefact.kind for artefact in result.artefacts] == ["er-diagram", "diff"]
