"""Formats that know points only: the levels of the capstone are those, and their sums agree."""

import json
from dataclasses import replace

import pytest

from grader.domain.result import Result
from grader.domain.status import Status
from grader.report import REPORTS
from grader.report.steps import as_points
from tests.report.samples.graded import full_marks, levelled


def rendered(name: str, result: Result) -> dict[str, object]:
    return dict(json.loads(REPORTS[name].render(result)))


def test_each_level_of_each_dimension_is_one_point() -> None:
    result = as_points(levelled())
    assert [(c.title, c.score) for c in result.criteria][:4] == [
        ("Architecture: meets", 1),
        ("Architecture: exceeds", 1),
        ("Security: meets", 1),
        ("Security: exceeds", 0),
    ]
    assert (sum(c.score for c in result.scored), sum(c.max_score for c in result.scored)) == (6, 10)
    assert "MFA is enforced" in result.criteria[3].hint
    testing = [c for c in result.criteria if c.dimension == "testing"]
    assert [c.observations[0].observed for c in testing] == [
        "Coverage is enforced in the workflow",
        "the level below is not reached yet",
    ]


def test_what_has_no_levels_is_as_it_was() -> None:
    assert as_points(full_marks()) == full_marks()


@pytest.mark.parametrize("name", ["classroom", "classroom50", "gradescope"])
def test_the_totals_of_a_format_agree(name: str) -> None:
    found = rendered(name, levelled())
    tests = found["tests"]
    assert isinstance(tests, list)
    most = {"classroom": len(tests), "classroom50": found.get("max-score"), "gradescope": 10}[name]
    assert most == sum(test.get("max-score", test.get("max_score", 1)) for test in tests) == 10
    assert sum(test["score"] for test in tests) == 6


def test_what_could_not_be_measured_is_no_failed_level() -> None:
    steps = as_points(replace(levelled(), graded=False)).criteria
    assert {step.status for step in steps} == {Status.PASSED, Status.ERRORED}
