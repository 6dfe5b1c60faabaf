"""What each report looks like, kept as files. Look at what changed, then record it anew: RECORD_GOLDEN=1."""

import os
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from grader.report import REPORTS, decode, for_learners, terminal
from tests.report.samples import SAMPLES, mixed

GOLDEN = Path(__file__).parent / "golden"
RESULTS = ("mixed", "full_marks", "met", "ungraded", "practice", "empty", "hostile")


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


@pytest.mark.parametrize("width", [80, 40])
def test_terminal(width: int) -> None:
    console = Console(width=width, no_color=True, highlight=False, file=StringIO(), record=True)
    console.print(terminal(mixed()))
    lines = console.export_text().splitlines()
    assert agrees(f"terminal-{width}.txt", "".join(f"{line.rstrip()}\n" for line in lines))
