"""The exit code of a grading, as the page on statuses has it."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from grader.cli.outcome import finish
from grader.domain.result import Result, Unmeasured
from tests.report.samples import SAMPLES

REST = (Unmeasured("domain.rest", "The rest", 5, 1),)


def _only(result: Result) -> Result:
    """As of a run of some criteria with all checks, which is never met."""
    return replace(result, met=False, unmeasured=REST)


CODES = {
    "met": (SAMPLES["met"](), 0),
    "not met": (SAMPLES["mixed"](), 1),
    "not graded": (SAMPLES["ungraded"](), 3),
    "some criteria, all of which pass": (_only(SAMPLES["full_marks"]()), 0),
    "some criteria, one of which fails": (_only(SAMPLES["mixed"]()), 1),
}


@pytest.mark.parametrize("name", CODES)
def test_the_exit_code_says_what_became_of_it(tmp_path: Path, name: str) -> None:
    result, code = CODES[name]
    assert finish(result, tmp_path, (), staff=False, console=Console(file=io.StringIO())) == code
    assert (tmp_path / "result.json").is_file()
