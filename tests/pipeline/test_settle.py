"""Whose fault an error or a silence is."""

from dataclasses import replace

import pytest

from grader.domain.evidence import Evidence, Measurement, Observation
from grader.domain.start import StartFailure
from grader.domain.status import Status
from grader.pipeline.settle import doubted, key, repeated, settle, unmeasured

PASSED, FAILED, ERRORED = Status.PASSED, Status.FAILED, Status.ERRORED


def seen(check: str, status: Status, criterion: str = "a.b", fault: str = "boom") -> Observation:
    told = "no answer" if status is FAILED else ""
    return Observation(check=check, criterion=criterion, sentence="", status=status, observed=told, fault=fault)


def evidence(*observations: Observation, unsure: tuple[str, ...] = ()) -> Evidence:
    return Evidence(observations, isolated=True, unsure=frozenset((name, False) for name in unsure))


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        pytest.param([seen("one", PASSED)], FAILED, id="control-passes"),
        pytest.param([seen("one", FAILED)], FAILED, id="control-is-measured"),
        pytest.param([seen("one", ERRORED)], ERRORED, id="control-errs-likewise"),
        pytest.param([seen("two", ERRORED)], ERRORED, id="control-errs-before-the-check"),
        pytest.param([seen("two", ERRORED, "c.d")], FAILED, id="control-errs-elsewhere"),
        pytest.param([], FAILED, id="control-has-nothing"),
    ],
)
def test_an_error_is_the_machines_only_if_the_control_meets_it(control: list[Observation], expected: Status) -> None:
    settled = settle(evidence(seen("one", ERRORED), seen("three", PASSED)), evidence(*control))
    assert [o.status for o in settled.observations] == [expected, PASSED]


@pytest.mark.parametrize(
    ("control", "unsure", "expected"),
    [
        pytest.param(seen("one", PASSED), (), FAILED, id="control-answers"),
        pytest.param(seen("one", FAILED), ("one",), ERRORED, id="control-is-silent-too"),
        pytest.param(seen("one", ERRORED), (), ERRORED, id="control-errs"),
        pytest.param(seen("one", FAILED), (), FAILED, id="control-answers-wrongly"),
    ],
)
def test_a_silence_is_the_machines_only_if_the_control_is_silent_too(
    control: Observation, unsure: tuple[str, ...], expected: Status
) -> None:
    settled = settle(evidence(seen("one", FAILED), unsure=("one",)), evidence(control, unsure=unsure))
    assert [o.status for o in settled.observations] == [expected]
    assert not doubted(settled) or expected is ERRORED


def test_a_settled_failure_says_something_to_the_learner() -> None:
    (observation,) = settle(evidence(seen("one", ERRORED)), evidence()).observations
    assert observation.expected
    assert observation.observed


def test_only_errors_and_failures_that_are_not_sure_are_doubted() -> None:
    found = evidence(
        seen("one", ERRORED), seen("two", FAILED), seen("three", FAILED), seen("four", PASSED), unsure=("three", "four")
    )
    assert [key(o) for o in doubted(found)] == [("one", False), ("three", False)]


@pytest.mark.parametrize(
    ("first", "again", "unsure_again", "expected"),
    [
        pytest.param(ERRORED, PASSED, (), (PASSED, False), id="an-error-that-passes"),
        pytest.param(FAILED, PASSED, (), (PASSED, False), id="a-silence-that-passes"),
        pytest.param(ERRORED, ERRORED, (), (ERRORED, True), id="an-error-that-comes-again"),
        pytest.param(FAILED, FAILED, ("one",), (FAILED, True), id="a-silence-that-comes-again"),
        pytest.param(FAILED, FAILED, (), (FAILED, False), id="a-silence-and-then-a-plain-failure"),
        pytest.param(ERRORED, FAILED, ("one",), (FAILED, True), id="an-error-and-then-a-silence"),
        pytest.param(FAILED, None, (), (ERRORED, True), id="a-silence-that-was-not-repeated"),
    ],
)
def test_the_second_verdict_counts(
    first: Status, again: Status | None, unsure_again: tuple[str, ...], expected: tuple[Status, bool]
) -> None:
    before = evidence(seen("zero", FAILED), seen("one", first), unsure=("one",))
    after = evidence(*[seen("one", status) for status in [again] if status], unsure=unsure_again)
    zero, one = repeated(before, after).observations
    assert zero == before.observations[0]
    assert (one.status, bool(doubted(repeated(before, after)))) == expected


def test_what_was_repeated_is_told_to_staff() -> None:
    (one,) = repeated(evidence(seen("one", ERRORED)), evidence(seen("one", PASSED, fault=""))).observations
    assert one.fault == "Repeated alone. The first time: boom"


def test_a_criterion_of_which_nothing_was_observed_gets_what_its_repetition_observed() -> None:
    before = evidence(seen("a.b::none", ERRORED), seen("other", PASSED, "c.d"))
    after = evidence(seen("one", PASSED), seen("two", FAILED))
    assert [o.check for o in repeated(before, after).observations] == ["one", "two", "other"]
    assert [o.check for o in repeated(before, evidence()).observations] == ["a.b::none", "other"]


def metric(name: str, status: Status, fault: str = "boom") -> Measurement:
    return Measurement(name, 1.0 if status is PASSED else None, "", status, "made up", fault=fault)


def measured(*metrics: Measurement) -> Evidence:
    return Evidence((), isolated=True, measurements=metrics)


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        pytest.param([metric("one", PASSED, "")], PASSED, id="an-error-that-is-measured"),
        pytest.param([metric("one", ERRORED)], ERRORED, id="an-error-that-comes-again"),
        pytest.param([metric("one", FAILED)], FAILED, id="an-error-and-then-the-submissions-fault"),
        pytest.param([], ERRORED, id="an-error-that-was-not-repeated"),
    ],
)
def test_the_second_measurement_counts(again: list[Measurement], expected: Status) -> None:
    before = measured(metric("zero", FAILED), metric("one", ERRORED))
    zero, one = repeated(before, measured(metric("zero", PASSED), *again)).measurements
    assert zero == before.measurements[0]
    assert one.status is expected
    assert "boom" in one.fault


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        pytest.param([metric("one", PASSED)], FAILED, id="control-is-measured"),
        pytest.param([metric("one", FAILED)], FAILED, id="control-fails-otherwise"),
        pytest.param([metric("one", ERRORED)], ERRORED, id="control-errs-likewise"),
        pytest.param([metric("two", PASSED)], ERRORED, id="control-was-not-asked"),
    ],
)
def test_a_measurement_is_settled_as_a_case_is(control: list[Measurement], expected: Status) -> None:
    settled = settle(measured(metric("one", ERRORED), metric("three", PASSED)), measured(*control))
    assert [m.status for m in settled.measurements] == [expected, PASSED]
    assert unmeasured(settled) == (("one",) if expected is ERRORED else ())


SILENT = StartFailure("a project that starts", "Your project did not answer.", "Start it.", "manage.py", unsure=True)
SURE = replace(SILENT, unsure=False)


def unstarted(failure: StartFailure, *, unsure: bool) -> Evidence:
    found = evidence(seen("one", Status.BLOCKED), seen("files", PASSED), unsure=("one",) if unsure else ())
    return replace(found, start=failure)


def test_a_start_that_ends_in_silence_is_repeated_and_one_that_says_why_is_not() -> None:
    assert [o.check for o in doubted(unstarted(SILENT, unsure=True))] == ["one"]
    assert doubted(unstarted(SURE, unsure=False)) == ()


def test_a_start_that_goes_well_when_it_is_repeated_is_no_finding() -> None:
    found = repeated(unstarted(SILENT, unsure=True), evidence(seen("one", PASSED)))
    assert [o.status for o in found.observations] == [PASSED, PASSED]
    assert found.start is None


@pytest.mark.parametrize("machine", [True, False])
def test_a_start_that_is_silent_again_is_the_machines_only_if_the_control_is_silent_too(machine: bool) -> None:
    again = unstarted(SILENT, unsure=True)
    found = repeated(again, again)
    assert found.start == SILENT
    control = again if machine else evidence(seen("one", PASSED))
    assert settle(found, control).observations[0].status is (ERRORED if machine else Status.BLOCKED)
