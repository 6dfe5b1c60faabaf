"""The result of Classroom 50, held against what its runner and its collector accept."""

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from grader.report import REPORTS
from grader.report.classroom50 import in_utc
from tests.report.samples import SAMPLES

_TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"}
_WHOLE = {"type": "integer", "minimum": 0}
_NAME = {"type": "string", "minLength": 1}
TEST = {
    "type": "object",
    "required": ["test-name", "passed", "score", "max-score"],
    "properties": {"test-name": _NAME, "passed": {"type": "boolean"}, "score": _WHOLE, "max-score": _WHOLE},
}
RESULT: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": [
        *("schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release"),
        *("review", "datetime", "score", "max-score", "tests"),
    ],
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        "classroom": _NAME,
        "assignment": _NAME,
        "assignment_type": {"enum": ["individual", "group"]},
        "owner": _NAME,
        "submission": {"type": "string", "pattern": "^submit/."},
        "commit": _NAME,
        "release": _NAME,
        "review": _NAME,
        "datetime": _TIME,
        "graded_at": _TIME,
        "score": _WHOLE,
        "max-score": _WHOLE,
        "tests": {"type": "array", "items": TEST},
        "submitted_by": {
            "type": "object",
            "additionalProperties": False,
            "required": ["username"],
            "properties": {"username": _NAME, "id": {"type": ["integer", "null"]}},
        },
    },
}
VARIABLES = {
    "CLASSROOM": "cs-web",
    "ASSIGNMENT": "track-02",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "ada",
    "SUBMISSION_TAG": "submit/2026-03-01T12-00-00Z-3f9c2a7",
    "COMMIT_URL": "https://github.example/o/cs-web-track-02-ada/commit/3f9c2a7",
    "RELEASE_URL": "https://github.example/o/cs-web-track-02-ada/releases/tag/submit%2F2026",
    "REVIEW_URL": "https://github.example/o/cs-web-track-02-ada/compare/a...b",
    "SUBMITTED_AT": "2026-03-01T13:00:00+01:00",
}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("runner", [True, False])
def test_every_result_is_accepted(name: str, runner: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in VARIABLES.items():
        monkeypatch.setenv(variable, value) if runner else monkeypatch.delenv(variable, raising=False)
    made = SAMPLES[name]()
    document = json.loads(REPORTS["classroom50"].render(made))
    jsonschema.validate(document, RESULT)
    for scored in (document, *document["tests"]):
        assert type(scored["score"]) is type(scored["max-score"]) is int
        assert scored["score"] <= scored["max-score"]
    assert sum(test["score"] for test in document["tests"]) == document["score"] == made.score
    assert sum(test["max-score"] for test in document["tests"]) == document["max-score"] == made.max_score


def test_the_runner_says_which_submission_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in VARIABLES.items():
        monkeypatch.setenv(variable, value)
    document = json.loads(REPORTS["classroom50"].render(SAMPLES["mixed"]()))
    named = ("classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release", "review")
    assert [document[name] for name in named] == list(VARIABLES.values())[:-1]
    assert document["datetime"] == "2026-03-01T12:00:00Z"
    assert document["graded_at"] == "2026-11-20T09:30:00Z"


def test_when_it_was_handed_in_stays_and_when_it_was_graded_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUBMITTED_AT", VARIABLES["SUBMITTED_AT"])
    first = SAMPLES["mixed"]()
    again = replace(first, provenance=replace(first.provenance, started_at="2026-12-24T18:00:00Z"))
    times = [json.loads(REPORTS["classroom50"].render(made)) for made in (first, again)]
    assert [t["datetime"] for t in times] == ["2026-03-01T12:00:00Z"] * 2
    assert [t["graded_at"] for t in times] == ["2026-11-20T09:30:00Z", "2026-12-24T18:00:00Z"]


@pytest.mark.parametrize("value", ["", "yesterday", "2026-03-01T12:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_none_is_not_passed_on(value: str) -> None:
    assert in_utc(value) == ""


@pytest.mark.parametrize("name", SAMPLES)
def test_no_text_is_a_workflow_command(name: str) -> None:
    for test in json.loads(REPORTS["classroom50"].render(SAMPLES[name]()))["tests"]:
        for text in (test["test-name"], test.get("message", "")):
            assert "\n" not in text
            assert "::" not in text
            assert "##[" not in text
