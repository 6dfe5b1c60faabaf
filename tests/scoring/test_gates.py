"""Gates: a measurement against a threshold, and what holds where there is no measurement."""

import math
from dataclasses import replace
from typing import Any

import pytest

from grader.domain.course import Criterion, Dimension, Gate, Module
from grader.domain.errors import CourseError
from grader.domain.evidence import Evidence, Location, Measurement, Observation
from grader.domain.result import Result
from grader.domain.status import Status
from grader.scoring import by_dimension, score
from grader.scoring.gates import verdicts
from tests.report.parts import PROVENANCE

GATE = Gate("coverage.unit", "Unit tests cover the models", "coverage.unit", "≥", 95.0, "%", points=10)
CRITERION = Criterion("x.rule", "A rule", 90, 1, "", (), Dimension.TESTING)


def of(value: float | None, status: Status = Status.PASSED, **more: Any) -> Measurement:
    return Measurement("coverage.unit", value, "%", status, "coverage 7", **more)


def scored(
    gate: Gate, *measurements: Measurement, scope: str = "full", criteria: tuple[str, ...] | None = None
) -> Result:
    module = Module(3, "03-api", "The API", 80, (CRITERION,), (gate,))
    seen = Observation("rule::holds", "x.rule", "It holds.", Status.PASSED)
    return score(
        module, Evidence((seen,), measurements=measurements), PROVENANCE, scope=scope, notices=(), criteria=criteria
    )


@pytest.mark.parametrize(
    ("op", "value", "passes"),
    [
        ("≥", 95.0, True),
        ("≥", 94.99, False),
        ("≤", 95.0, True),
        ("≤", 95.01, False),
        (">", 95.0, False),
        ("<", 94.9, True),
        ("=", 95.0, True),
        ("=", 95.1, False),
    ],
)
def test_a_threshold_is_met_or_not(op: str, value: float, passes: bool) -> None:
    (found,) = verdicts([replace(GATE, op=op)], [of(value)])
    assert found.status is (Status.PASSED if passes else Status.FAILED)
    assert (found.actual, found.score, found.max_score) == (value, 10 if passes else 0, 10)


def test_silence_is_neither_a_pass_nor_a_zero() -> None:
    result = scored(GATE)
    assert result.gates[0].status is Status.ERRORED
    assert (result.graded, result.met) == (False, False)


@pytest.mark.parametrize(
    ("status", "graded", "points"),
    [
        (Status.FAILED, True, (90, 100)),
        (Status.ERRORED, False, (90, 100)),
        (Status.NOT_APPLICABLE, True, (90, 90)),
    ],
)
def test_what_was_not_measured_says_why(status: Status, graded: bool, points: tuple[int, int]) -> None:
    result = scored(GATE, of(None, status, reason="No tests were found."))
    assert (result.graded, (result.score, result.max_score)) == (graded, points)
    assert result.gates[0].reason == "No tests were found."
    assert result.gates[0].status is status


@pytest.mark.parametrize(("blocks", "met"), [(True, False), (False, True)])
def test_a_gate_can_block_whatever_the_points(blocks: bool, met: bool) -> None:
    result = scored(replace(GATE, points=0, blocks=blocks), of(10.0))
    assert (result.score, result.met) == (90, met)


def test_a_gate_that_passes_brings_its_points() -> None:
    result = scored(replace(GATE, blocks=True), of(99.0))
    assert (result.score, result.max_score, result.met) == (100, 100, True)


@pytest.mark.parametrize(
    ("gate", "measurements"),
    [
        (replace(GATE, op=">="), [of(1.0)]),
        (GATE, [of(1.0), of(2.0)]),
        (replace(GATE, unit="ms"), [of(1.0)]),
    ],
)
def test_a_mistake_of_the_courses_is_told_its_author(gate: Gate, measurements: list[Measurement]) -> None:
    with pytest.raises(CourseError):
        verdicts([gate], measurements)


@pytest.mark.parametrize(
    "found",
    [of(94.0), of(None, Status.FAILED), of(None, Status.NOT_APPLICABLE)],
    ids=["below", "failed", "not applicable"],
)
def test_what_has_to_pass_holds_the_bar_until_it_does(found: Measurement) -> None:
    """Nobody gets round a gate that blocks by handing in nothing that it could measure."""
    result = scored(replace(GATE, points=0, blocks=True), found)
    assert (result.graded, result.score, result.met) == (True, 90, False)
    assert scored(replace(GATE, points=0, blocks=True), of(95.0)).met


def test_a_verdict_keeps_what_a_person_needs_to_mend_it() -> None:
    gate = replace(GATE, hint="Test the branches.", docs=(("Coverage", "https://x.example/"),))
    places = (Location("src/a.py", 3),)
    (verdict,) = verdicts([gate], [of(90.0, where=places, fault="noted for staff")])
    assert (verdict.hint, verdict.docs, verdict.where, verdict.fault) == (
        gate.hint,
        gate.docs,
        places,
        "noted for staff",
    )


def test_a_restricted_run_says_that_it_did_not_measure_the_gates() -> None:
    result = scored(GATE, criteria=("x.rule",))
    assert result.gates == ()
    assert [(u.id, u.max_score, u.task) for u in result.unmeasured] == [("coverage.unit", 10, None)]


def test_points_of_a_gate_lie_on_its_dimension() -> None:
    result = scored(replace(GATE, dimension=Dimension.TESTING), of(99.0))
    (standing,) = by_dimension(result.scored)
    assert (standing.score, standing.max_score) == (100, 100)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_no_measurement(value: float) -> None:
    """JSON has no such numbers: written and read again, the verdict would have no value."""
    with pytest.raises(ValueError, match="a number"):
        of(value)


def test_a_measurement_waits_for_no_person() -> None:
    with pytest.raises(ValueError, match="cannot be"):
        of(None, Status.MANUAL)


def test_what_waits_for_the_start_gives_no_points_and_no_error() -> None:
    result = scored(GATE, of(None, Status.BLOCKED))
    assert (result.graded, result.score, result.max_score) == (True, 90, 100)


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PASSED])
def test_a_measurement_has_a_value_only_if_it_was_made(status: Status) -> None:
    with pytest.raises(ValueError, match="has a value"):
        of(1.0, status)
    with pytest.raises(ValueError, match="has a value"):
        of(None, Status.PASSED)


def test_what_is_only_shown_keeps_nothing_from_being_graded() -> None:
    shown = scored(replace(GATE, points=0), of(None, Status.ERRORED))
    assert (shown.gates[0].status, shown.graded) == (Status.ERRORED, True)
    blocking = scored(replace(GATE, points=0, blocks=True), of(None, Status.ERRORED))
    assert blocking.graded is False


@pytest.mark.parametrize(("value", "graded", "open_"), [(96.0, True, False), (12.0, True, True), (None, False, True)])
def test_a_gate_that_is_only_shown_is_what_counts_where_nothing_else_was_asked_for(
    value: float | None, graded: bool, open_: bool
) -> None:
    module = Module(3, "03-api", "The API", 80, (CRITERION,), (replace(GATE, points=0),))
    evidence = Evidence((), measurements=(of(value, Status.PASSED if value else Status.ERRORED),))
    result = score(module, evidence, PROVENANCE, scope="public", notices=(), criteria=(), gates=("coverage.unit",))
    assert (result.graded, result.nothing_open, result.met) == (graded, not open_, False)
    assert [u.id for u in result.unmeasured] == ["x.rule"]


def test_gates_that_were_not_named_are_left_out() -> None:
    module = Module(3, "03-api", "The API", 80, (CRITERION,), (GATE, replace(GATE, id="s", metric="style.ruff")))
    result = score(
        module,
        Evidence((), measurements=(of(96.0),)),
        PROVENANCE,
        scope="full",
        notices=(),
        criteria=(),
        gates=("coverage.unit",),
    )
    assert [g.id for g in result.gates] == ["coverage.unit"]
    assert [u.id for u in result.unmeasured] == ["x.rule", "s"]
