"""The Classroom payload, added up as the reporter adds it up."""

import base64
import json

import pytest

from grader.report import REPORTS
from grader.report.classroom import environment
from tests.report.samples import SAMPLES


def log_total(payload: dict) -> float:  # type: ignore[type-arg]
    """The reporter's log: passed tests over all tests, times max_score."""
    passed = sum(test["status"] == "pass" for test in payload["tests"])
    return passed / len(payload["tests"]) * payload["max_score"]


def annotation_total(payload: dict) -> int:  # type: ignore[type-arg]
    """The reporter's annotation: the sum of the scores."""
    return sum(test["score"] for test in payload["tests"])


@pytest.mark.parametrize("name", SAMPLES)
def test_both_totals_are_the_score(name: str) -> None:
    result = SAMPLES[name]()
    payload = json.loads(REPORTS["classroom"].render(result))
    assert annotation_total(payload) == pytest.approx(log_total(payload)) == result.score
    assert payload["max_score"] == len(payload["tests"]) == (result.max_score or 1)
    assert type(payload["max_score"]) is int
    assert {test["score"] for test in payload["tests"]} <= {0, 1}
    assert all(type(test["line_no"]) is int for test in payload["tests"])


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("mixed", "fail"),
        ("met", "pass"),
        ("full_marks", "pass"),
        ("ungraded", "error"),
        ("empty", "error"),
        ("practice", "fail"),
    ],
)
def test_status(name: str, status: str) -> None:
    payload = json.loads(REPORTS["classroom"].render(SAMPLES[name]()))
    assert payload["status"] == status
    assert {test["status"] for test in payload["tests"]} <= {"pass", "fail", "error"}


@pytest.mark.parametrize("name", SAMPLES)
def test_no_text_is_a_workflow_command(name: str) -> None:
    for test in json.loads(REPORTS["classroom"].render(SAMPLES[name]()))["tests"]:
        for text in (test["name"], test["message"], test["filename"], test["test_code"]):
            assert "\n" not in text
            assert "\r" not in text
            assert "::" not in text


def test_a_failing_test_says_where() -> None:
    tests = json.loads(REPORTS["classroom"].render(SAMPLES["mixed"]()))["tests"]
    failed = [t for t in tests if t["name"].startswith("Two posts may share")]
    assert len(failed) == 14
    assert {(t["filename"], t["line_no"]) for t in failed} == {("src/apps/posts/models.py", 42)}


def test_the_variables_carry_the_payload() -> None:
    given = environment(SAMPLES["mixed"](), runner="module_02")
    assert given["INPUT_RUNNERS"] == "module_02"
    decoded = json.loads(base64.b64decode(given["MODULE_02_RESULTS"]).decode("utf-8"))
    assert decoded == json.loads(REPORTS["classroom"].render(SAMPLES["mixed"]()))
