"""JUnit XML, read back by a parser of others."""

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from grader.report import REPORTS
from tests.report.samples import SAMPLES


@pytest.mark.parametrize("name", SAMPLES)
def test_counts_agree_with_what_is_inside(name: str) -> None:
    result = SAMPLES[name]()
    suites = JUnitXml.fromstring(REPORTS["junit"].render(result).encode())
    cases = [case for suite in suites for case in suite]
    kinds = [type(outcome) for case in cases for outcome in case.result]
    assert len(list(suites)) == len(result.criteria) + bool(result.gates) + bool(result.start)
    assert suites.tests == len(cases)
    assert (suites.failures, suites.errors) == (kinds.count(Failure), kinds.count(Error))
    assert sum(s.skipped for s in suites) == kinds.count(Skipped)
    for suite in suites:
        assert suite.tests == len(list(suite))
        assert suite.failures == sum(isinstance(o, Failure) for case in suite for o in case.result)


def test_a_failure_says_what_where_and_how_on() -> None:
    suites = JUnitXml.fromstring(REPORTS["junit"].render(SAMPLES["mixed"]()).encode())
    case = next(case for suite in suites for case in suite if case.result)
    assert case.classname == "domain.slug-collision"
    assert case._elem.get("line") == "42"
    assert "Expected: two different slugs" in case.result[0].text
    assert "Hint: Look for a taken slug" in case.result[0].text


def test_no_case_of_a_blocked_criterion_passes() -> None:
    suites = JUnitXml.fromstring(REPORTS["junit"].render(SAMPLES["mixed"]()).encode())
    blocked = next(suite for suite in suites if suite.name == "Two saves at once both succeed")
    assert [type(o) for case in blocked for o in case.result] == [Skipped] * blocked.tests
