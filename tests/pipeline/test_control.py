"""Whose fault an error is."""

import pytest

from grader.control import settle
from grader.domain.evidence import Evidence, Observation
from grader.domain.status import Status


def seen(check: str, status: Status, criterion: str = "a.b") -> Observation:
    return Observation(check=check, criterion=criterion, sentence="", status=status, fault="boom")


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        pytest.param([seen("one", Status.PASSED)], Status.FAILED, id="control-passes"),
        pytest.param([seen("one", Status.FAILED)], Status.FAILED, id="control-is-measured"),
        pytest.param([seen("one", Status.ERRORED)], Status.ERRORED, id="control-errs-likewise"),
        pytest.param([seen("two", Status.ERRORED)], Status.ERRORED, id="control-errs-before-the-check"),
        pytest.param([seen("two", Status.ERRORED, "c.d")], Status.FAILED, id="control-errs-elsewhere"),
        pytest.param([], Status.FAILED, id="control-has-nothing"),
    ],
)
def test_an_error_is_the_machines_only_if_the_control_meets_it(control: list[Observation], expected: Status) -> None:
    evidence = Evidence((seen("one", Status.ERRORED), seen("three", Status.PASSED)))
    settled = settle(evidence, Evidence(tuple(control)))
    assert [o.status for o in settled.observations] == [expected, Status.PASSED]


def test_a_settled_failure_says_something_to_the_learner() -> None:
    (observation,) = settle(Evidence((seen("one", Status.ERRORED),)), Evidence(())).observations
    assert observation.expected
    assert observation.observed
