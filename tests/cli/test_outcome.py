"""The exit code of a grading, as the page on statuses has it."""

import io
import resource
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from grader.cli.outcome import finish, write_reports
from grader.domain.errors import UsageError_
from grader.domain.evidence import MUTATION_REPORT, Artefact
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


@pytest.mark.parametrize("kinds", [(), (MUTATION_REPORT,)])
def test_what_other_programs_read_is_written_as_it_is(tmp_path: Path, kinds: tuple[str, ...]) -> None:
    body = '{"schemaVersion":"2","files":{"src/apps/only/here.py":{}}}'
    made = tuple(Artefact("strength-report", "Report", kind, body, "strength.killed") for kind in kinds)
    written = write_reports(replace(SAMPLES["met"](), artefacts=made), tmp_path, ("html",), staff=False)
    assert [path.name for path in written] == ["report.html", *["mutation.json" for _ in kinds]]
    assert "src/apps/only/here.py" not in (tmp_path / "report.html").read_text("utf-8")
    assert all((tmp_path / "mutation.json").read_text("utf-8") == body + "\n" for _ in kinds)


@pytest.mark.parametrize("staff", [True, False])
def test_staff_see_the_fault_where_they_look(tmp_path: Path, staff: bool) -> None:
    """In the terminal and on the page, not in result.json alone."""
    printed = io.StringIO()
    finish(SAMPLES["ungraded"](), tmp_path, (), staff=staff, console=Console(file=printed, width=120))
    shown = [printed.getvalue(), *((tmp_path / name).read_text("utf-8") for name in ("report.html", "result.json"))]
    assert ["SECRET-FAULT" in text for text in shown] == [staff] * 3


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file of this process gets larger than a kilobyte: to whoever writes it is as on a disk without room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_without_room_is_said_and_is_left_no_part_of_a_report(tmp_path: Path, full_disk: None) -> None:
    before = tmp_path / "result.json"
    before.write_text("an earlier run")
    with pytest.raises(UsageError_) as told:
        write_reports(SAMPLES["met"](), tmp_path, (), staff=False)
    assert told.value.message == f"cannot write {before}: File too large"
    assert told.value.hint == "Make room there, or choose another folder: --out DIR."
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("result.json", "an earlier run")]
