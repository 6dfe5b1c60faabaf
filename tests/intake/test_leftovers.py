"""Folders that tools have made are known by what lies in them."""

import pytest

from grader.intake.leftovers import REPORTS as NAMES
from grader.intake.leftovers import is_of_reports, made_by
from grader.report import REPORTS


def test_a_folder_of_reports_is_known_whichever_they_are() -> None:
    """Else what a grading wrote last time is graded as a part of the project the next."""
    assert {report.file_name for report in REPORTS.values()} == NAMES


@pytest.mark.parametrize("names", [{"annotations.txt"}, {"result.json", "models.py"}, set()])
def test_a_folder_with_anything_else_is_a_projects_own(names: set[str]) -> None:
    assert not is_of_reports(names)
    assert made_by("out", names) == ""
