"""What each report looks like, kept as files. Look at what changed, then record it anew: RECORD_GOLDEN=1."""

import os
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from grader.domain.result import Result
from grader.report import REPORTS, decode, for_learners, terminal
from tests.report.gate_samples import gated
from tests.report.samples import SAMPLES
from tests.report.samples.graded import mixed

GOLDEN = Path(__file__).parent / "golden"
RESULTS = ("mixed", "full_marks", "met", "ungraded", "practice", "empty", "hostile", "unstarted", "one_cause")
RESULTS += ("gated", "shown", "levelled")


def agrees(name: str, text: str) -> bool:
    path = GOLDEN / name
    if os.environ.get("RECORD_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8", newline="")
    return path.is_file() and path.read_bytes() == text.encode("utf-8")


@pytest.mark.parametrize("name", RESULTS)
def test_results(name: str) -> None:
    text = REPORTS["json"].render(SAMPLES[name]())
    assert agrees(f"{name}.json", text)
    assert decode((GOLDEN / f"{name}.json").read_bytes()) == SAMPLES[name]()


@pytest.mark.parametrize("name", [name for name in REPORTS if name != "json"])
def test_reports(name: str) -> None:
    assert agrees(REPORTS[name].file_name, REPORTS[name].render(for_learners(mixed())))


@pytest.mark.parametrize("name", ["markdown", "junit", "classroom"])
def test_reports_of_a_project_that_does_not_start(name: str) -> None:
    report = REPORTS[name]
    assert agrees(f"unstarted-{report.file_name}", report.render(for_learners(SAMPLES["unstarted"]())))


@pytest.mark.parametrize("name", ["markdown", "junit", "classroom"])
def test_reports_with_gates(name: str) -> None:
    report = REPORTS[name]
    assert agrees(f"gated-{report.file_name}", report.render(for_learners(gated())))


def printed(result: Result, width: int) -> str:
    console = Console(width=width, no_color=True, highlight=False, file=StringIO(), record=True)
    console.print(terminal(result))
    return "".join(f"{line.rstrip()}\n" for line in console.export_text().splitlines())


@pytest.mark.parametrize("width", [80, 40])
def test_terminal(width: int) -> None:
    assert agrees(f"terminal-{width}.txt", printed(mixed(), width))


@pytest.mark.parametrize("name", ["gated", "levelled", "unstarted", "one_cause"])
def test_terminal_with_more_than_criteria(name: str) -> None:
    assert agrees(f"{name}-terminal.txt", printed(SAMPLES[name](), 80))
