"""A project of which nothing could be asked: the files for other programs say what it was that was missing."""

from dataclasses import replace

import pytest

from grader.domain.start import MIGRATES, PEOPLE, SERVES, STARTS
from grader.report import REPORTS
from tests.report import samples

HEADLINES = [
    (STARTS, "The project does not start"),
    (MIGRATES, "The migrations do not run"),
    (SERVES, "The server does not start"),
    (PEOPLE, "No user of each role can be made"),
]


@pytest.mark.parametrize(("expected", "headline"), HEADLINES)
@pytest.mark.parametrize("name", ["exercism", "gradescope"])
def test_what_is_missing_is_said(name: str, expected: str, headline: str) -> None:
    result = samples.unstarted()
    assert result.start is not None
    text = REPORTS[name].render(replace(result, start=replace(result.start, expected=expected)))
    assert [said for _, said in HEADLINES if said in text] == [headline]
    assert f"Blocked: {replace(result.start, expected=expected).needed}" in text


@pytest.mark.parametrize("name", ["junit", "classroom", "exercism", "gradescope"])
def test_what_a_criterion_waits_for_is_said_by_its_title(name: str) -> None:
    text = REPORTS[name].render(samples.mixed())
    assert "Blocked until this passes: Two posts may share a title; each keeps its own address" in text
