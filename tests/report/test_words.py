"""What reports choose to show first: cases that differ, criteria that are not too many, where to begin."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from grader.domain.evidence import Evidence, Observation
from grader.domain.result import CriterionResult, Result
from grader.domain.start import MIGRATES, PEOPLE, SERVES, STARTS
from grader.domain.status import Status
from grader.report import REPORTS, terminal
from grader.report.criterion_words import shown
from grader.report.verdict_words import verdict
from grader.scoring import score_gates
from tests.report.gate_samples import GATES, MEASURED
from tests.report.parts import PROVENANCE
from tests.report.samples.graded import mixed
from tests.report.samples.ungraded import unstarted


def case(check: str, observed: str) -> Observation:
    return Observation(check, "domain.a", "It holds.", Status.FAILED, expected="yes", observed=observed)


def failing(*tasks: int) -> Result:
    """A result of which criteria fail, one for each task; the last is worth most."""
    one = next(c for c in mixed().criteria if c.status is Status.FAILED)
    criteria = tuple(
        replace(one, id=f"domain.c{n}", task=task, max_score=n + 1, score=0) for n, task in enumerate(tasks)
    )
    return replace(mixed(), criteria=criteria, score=0)


def with_cases(*cases: Observation) -> CriterionResult:
    return replace(failing(1).criteria[0], observations=cases)


def test_gates_alone_are_spoken_of_as_gates() -> None:
    result = score_gates(GATES[:2], Evidence((), measurements=MEASURED[:2]), PROVENANCE, notices=())
    said = verdict(result)
    assert (said.headline, said.sentence) == (
        "Not all gates pass",
        "1 gate does not pass, of 2 gates that apply to this project.",
    )
    assert not result.met
    met = score_gates(GATES[:1], Evidence((), measurements=MEASURED[:1]), PROVENANCE, notices=())
    assert (verdict(met).headline, met.met) == ("All gates pass", True)


@pytest.mark.parametrize(
    ("expected", "headline"),
    [
        (STARTS, "The project does not start"),
        (MIGRATES, "The migrations do not run"),
        (SERVES, "The server does not start"),
        (PEOPLE, "No user of each role can be made"),
        ("a database of a usual size", "The project does not start"),
    ],
)
def test_what_keeps_a_project_from_being_asked_is_the_headline(expected: str, headline: str) -> None:
    result = unstarted()
    assert result.start is not None
    result = replace(result, start=replace(result.start, expected=expected))
    assert verdict(result).headline == headline
    page = REPORTS["html"].render(result)
    assert headline in page
    assert result.start is not None
    assert f'<a href="#start">{result.start.needed}</a>' in page


def test_a_case_like_another_is_not_shown_twice() -> None:
    first, again, other = case("a", "no"), case("b", "no"), case("c", "never")
    assert shown(with_cases(first, again, other), 3) == ((first, other), (again,))


def test_no_more_cases_are_shown_than_asked_for() -> None:
    cases = [case(str(n), str(n)) for n in range(5)]
    assert shown(with_cases(*cases), 3) == (tuple(cases[:3]), tuple(cases[3:]))


@pytest.mark.parametrize("passing", [0, 1, 2])
def test_the_next_step_is_the_first_of_the_list_that_fails(passing: int) -> None:
    result = failing(4, 2, 4)
    passed = tuple(replace(c, status=Status.PASSED) for c in result.criteria[:passing])
    found = replace(result, criteria=(*passed, *result.criteria[passing:])).next_step
    assert found is not None
    assert found.id == f"domain.c{passing}"


@pytest.mark.parametrize(("verbose", "opened"), [(False, 1), (True, 6)])
def test_a_terminal_shows_few_failures_in_full_and_names_all(verbose: bool, opened: int) -> None:
    console = Console(width=100, file=StringIO(), record=True)
    console.print(terminal(failing(*range(1, 11)), verbose=verbose))
    text = console.export_text()
    assert text.count("expected") == opened * len(shown(failing(1).criteria[0], 3)[0])
    assert text.count("✗ failed") == 10


def test_of_many_failures_the_first_are_open_the_next_step_among_them() -> None:
    text = REPORTS["html"].render(failing(*range(1, 11)))
    opened = [f'id="c-domain.c{n}" open>' in text for n in range(10)]
    assert opened == [True] * 6 + [False] * 4


def test_every_report_says_whose_submission_and_which_state_of_it_it_is() -> None:
    result = mixed()
    made = result.provenance
    for name, report in REPORTS.items():
        if name in ("exercism", "classroom50"):  # their interfaces have no place for it
            continue
        text = report.render(result)
        assert made.submission in text, name
        assert (made.commit or "")[:12] in text, name
        assert made.tree_hash[:12] in text, name
        assert result.notices[0][:20] in text, name
    assert f"{made.submission} ·" in REPORTS["html"].render(result).partition("</title>")[0]
    assert f'· {made.submission}"' in REPORTS["junit"].render(result).partition(">\n <")[0]
