"""One cause behind many failures: told once, with all that it costs; what has several is told by itself."""

from dataclasses import replace

import pytest

from grader.domain.result import Result
from grader.domain.start import START
from grader.domain.status import Status
from grader.report import REPORTS
from grader.report.causes import causes, followers, leaders
from grader.report.criterion_words import in_full, titles, waits_for
from grader.report.verdict_words import verdict
from tests.report.samples.graded import one_cause
from tests.report.samples.ungraded import unstarted


def test_criteria_that_failed_for_one_reason_are_told_under_the_first() -> None:
    result = one_cause()
    (cause,) = causes(result)
    assert [c.id for c in cause.criteria] == ["domain.slug-collision", "domain.published-needs-body"]
    assert [c.id for c in cause.waiting] == ["domain.slug-race"]
    assert list(leaders(result)) == ["domain.slug-collision"]
    assert followers(result)["domain.published-needs-body"].id == "domain.slug-collision"
    assert cause.sentence == (
        "The same stands behind 1 more criterion that fails and 1 that waits for them, 18 points: "
        "A published post without a body is refused, on that field."
    )
    assert in_full(result) == {"domain.slug-collision"}


@pytest.mark.parametrize(
    ("count", "end"), [(7, "Title 6."), (8, "Title 6; and 1 more."), (30, "Title 6; and 23 more.")]
)
def test_of_many_the_first_are_named_and_the_rest_counted(count: int, end: str) -> None:
    """Each of them stands in the list as well, with what it has the same cause as."""
    (cause,) = causes(one_cause())
    many = tuple(replace(cause.criteria[0], id=f"domain.c{n}", title=f"Title {n}") for n in range(count))
    assert replace(cause, criteria=many).sentence.endswith(f"Title 5; {end}")
    assert "2 that wait for them" in replace(cause, waiting=many[:2]).sentence


def other(result: Result, cause: str) -> Result:
    """The result with one more failed case of the second criterion, of that cause."""
    criteria = tuple(
        replace(c, observations=(*c.observations, replace(c.observations[0], check="more", cause=cause)))
        if c.id == "domain.published-needs-body"
        else c
        for c in result.criteria
    )
    return replace(result, criteria=criteria)


def test_a_criterion_with_another_cause_as_well_is_told_by_itself() -> None:
    for cause in ("another", ""):
        assert causes(other(one_cause(), cause)) == ()
    same = one_cause().criteria[1].observations[0].cause
    assert len(causes(other(one_cause(), same))) == 1, "the control"


def test_the_verdict_on_a_project_that_does_not_start_is_that() -> None:
    result = unstarted()
    assert verdict(result).headline == "The project does not start"
    assert result.next_step is None
    waiting = [c for c in result.criteria if c.status is Status.BLOCKED]
    assert {c.blocked_by for c in waiting} == {(START,)}
    assert waits_for(waiting[0], titles(result)) == "the project has to start"
    assert [c.id for c in result.criteria if c.status is Status.PASSED] == ["domain.docstrings"]


def test_every_report_tells_the_one_finding() -> None:
    for report in REPORTS.values():
        text = report.render(unstarted())
        assert "Read-only file system" in text, report.file_name
        assert "Write to standard output" in text, report.file_name
