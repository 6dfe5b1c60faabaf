"""What zizmor says of workflows, where a machine has it: notes, which count nothing."""

import json
from collections.abc import Iterator
from typing import Any

from grader.domain.evidence import Finding
from grader.gates.operations.files import Files, evidence, finding, items, mapping, rule_name
from grader.tools.tool import Tool, run

_FOLDER = ".github/workflows"
# Without --quiet it logs its steps before the document, on the same output.
_OPTIONS = ("--quiet", "--no-progress", "--format", "json", "--offline", "--no-config", "--no-exit-codes")
_OUTPUT = 4 << 20  # every entry has its line of the file, and the mends that it proposes
_MOST = 100


def zizmor_notes(files: Files) -> Iterator[Finding]:
    """Without the network and without the project's own configuration; nothing where this machine has none."""
    subject = files.subject
    tool = Tool.of_machine("zizmor", *_OPTIONS, f"/submission/{_FOLDER}", output_limit=_OUTPUT)
    if tool is None:
        return
    output = run(tool, subject.sandbox, submission=subject.submission, deps=subject.deps)
    yield from read_notes(output.text)


def read_notes(text: str) -> Iterator[Finding]:
    """Of its report, a note for each entry with the file and line; what is no report is said to be none."""
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        entries = None
    if not isinstance(entries, list):
        yield evidence(finding("zizmor.unread", "zizmor gave no report.", _FOLDER, source="zizmor"))
        return
    for entry in map(mapping, entries[:_MOST]):
        if rule := rule_name(entry.get("ident")):
            path, line, said = _primary(entry)
            message = f"{entry.get('desc')}: {said}" if said else str(entry.get("desc"))
            yield evidence(finding(f"zizmor.{rule}", message, path, line, source="zizmor"))


def _primary(entry: dict[Any, Any]) -> tuple[str, int | None, str]:
    """The file and line that an entry is about, and what is said of them; the folder where it names none."""
    for location in map(mapping, items(entry.get("locations"))[:20]):
        symbolic, concrete = mapping(location.get("symbolic")), mapping(location.get("concrete"))
        path = mapping(mapping(symbolic.get("key")).get("Local")).get("verbatim_path")
        row = mapping(mapping(concrete.get("location")).get("start_point")).get("row")
        if symbolic.get("kind") == "Primary" and isinstance(path, str):
            line = row + 1 if type(row) is int and 0 <= row < 1_000_000 else None
            return path.removeprefix("/submission/"), line, str(symbolic.get("annotation") or "")
    return _FOLDER, None, ""
