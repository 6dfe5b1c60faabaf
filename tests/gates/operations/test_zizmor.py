"""What zizmor says is a note with its file and line: read from its report as it writes it, and by zizmor where it is.

The report is that of zizmor 1.32 on a workflow of seven lines, without what is not read.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from grader.domain.findings import Severity
from grader.gates.operations.files import Files
from grader.gates.operations.zizmor import read_notes, zizmor_notes
from grader.gates.subject import Subject
from grader.reader.client import Reader
from grader.sandbox.api import Launch
from grader.tools.tool import Output, Tool
from tests.gates.conftest import spec_of, write

WORKFLOW = ".github/workflows/ci.yml"
TEXT = """on: [push]
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: echo "${{ github.event.issue.title }}"
"""


def location(kind: str, row: object, annotation: str, path: object = f"/submission/{WORKFLOW}") -> dict[str, Any]:
    symbolic = {"key": {"Local": {"verbatim_path": path}}, "annotation": annotation, "kind": kind}
    point = {"row": row, "column": 8}
    return {"symbolic": symbolic, "concrete": {"location": {"start_point": point, "end_point": point}}}


INJECTION = {
    "ident": "template-injection",
    "desc": "code injection via template expansion",
    "determinations": {"confidence": "High", "severity": "High", "persona": "Regular"},
    "locations": [
        location("Hidden", 6, "this step"),
        location("Primary", 6, "may expand into attacker-controllable code"),
        location("Related", 6, "this run block"),
    ],
    "ignored": False,
    "fixes": [],
}


def test_an_entry_is_a_note_at_its_line() -> None:
    (note,) = read_notes(json.dumps([INJECTION]))
    assert (note.rule, note.severity, note.source) == ("zizmor.template-injection", Severity.NOTE, "zizmor")
    assert str(note.where) == f"{WORKFLOW}:7"
    assert note.message == "code injection via template expansion: may expand into attacker-controllable code"


@pytest.mark.parametrize(
    "locations", [None, [], ["x"], [location("Primary", 1, "", 7)], [location("Related", 1, "")], [{"symbolic": []}]]
)
def test_an_entry_that_names_no_place_is_one_of_the_folder(locations: object) -> None:
    (note,) = read_notes(json.dumps([{**INJECTION, "locations": locations}]))
    assert str(note.where) == ".github/workflows"


@pytest.mark.parametrize("row", [-1, 1.5, True, "6", None, 10**9])
def test_a_line_that_is_none_is_left_out(row: object) -> None:
    (note,) = read_notes(json.dumps([{**INJECTION, "locations": [location("Primary", row, "")]}]))
    assert str(note.where) == WORKFLOW


@pytest.mark.parametrize("entry", [{}, 7, {"ident": 7}, {"ident": "::error::"}, {"ident": "A"}])
def test_an_entry_without_a_rule_is_left_out(entry: object) -> None:
    assert list(read_notes(json.dumps([entry]))) == []


@pytest.mark.parametrize("text", ["", "{}", "INFO zizmor: completed\n[]", "[" * 100_000, "null"])
def test_what_is_no_report_is_said_to_be_none(text: str) -> None:
    assert [note.rule for note in read_notes(text)] == ["zizmor.unread"]


def test_a_clean_report_has_no_notes() -> None:
    assert list(read_notes("[]")) == []


def notes(tmp_path: Path) -> list[str]:
    root = tmp_path / "submission"
    root.mkdir()
    write(root, {WORKFLOW: TEXT})
    with Subject(spec_of(root, tmp_path)) as subject, Reader("yaml", "json") as reader:
        return [f"{note.rule} {note.where}" for note in zizmor_notes(Files(subject, reader, []))]


def test_it_is_asked_for_a_report_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def of_machine(name: str, *arguments: str, output_limit: int) -> Tool:
        asked.extend((name, *arguments))
        return Tool(name, Launch((name, *arguments), output_limit=output_limit))

    monkeypatch.setattr(Tool, "of_machine", of_machine)
    monkeypatch.setattr(
        "grader.gates.operations.zizmor.run", lambda *given, **named: Output(0, json.dumps([INJECTION]))
    )
    assert notes(tmp_path) == [f"zizmor.template-injection {WORKFLOW}:7"]
    assert {"zizmor", "--quiet", "--offline", "--no-config"} < set(asked)


def test_where_a_machine_has_it_it_says_the_same_and_else_nothing(tmp_path: Path) -> None:
    there = Tool.of_machine("zizmor") is not None
    assert (f"zizmor.template-injection {WORKFLOW}:7" in notes(tmp_path)) is there
