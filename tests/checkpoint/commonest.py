"""The texts of the commonest failures, kept as a file to be read: look at what changed, then RECORD_GOLDEN=1."""

import json
import os
import re
from pathlib import Path

from grader.domain.evidence import Observation
from grader.domain.start import StartFailure

FILE = Path(__file__).parent / "data" / "commonest.json"
_OF_THE_MACHINE = ((re.compile(r"\b3\.1\d\b"), "3.1x"), (re.compile(r"\b\d+(\.\d+)? s\b"), "… s"))


def of_start(found: StartFailure) -> list[str]:
    """What a learner reads of a project that does not start."""
    rows = {"expected": found.expected, "observed": found.observed, "where": str(found.where or "")}
    return _lines(rows | {"next": found.remedy, "repeat": found.repeat})


def of_case(case: Observation) -> list[str]:
    """What a learner reads of a case that failed; the hint stands in the manifest."""
    rows = {"": case.sentence, "expected": case.expected, "observed": case.observed, "where": str(case.where or "")}
    return _lines(rows | {"output": case.output.strip().rpartition("\n")[2]})


def agrees(name: str, lines: list[str]) -> bool:
    """Whether the file has these lines under this name."""
    kept = json.loads(FILE.read_text("utf-8")) if FILE.is_file() else {}
    if os.environ.get("RECORD_GOLDEN"):
        kept[name] = lines
        FILE.write_text(json.dumps(kept, indent=2, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
    return bool(kept.get(name) == lines)


def _lines(rows: dict[str, str]) -> list[str]:
    return [_anywhere(f"{label}: {text}" if label else text) for label, text in rows.items() if text]


def _anywhere(text: str) -> str:
    """The same on every version of Python and on every machine."""
    for pattern, instead in _OF_THE_MACHINE:
        text = pattern.sub(instead, text)
    return text
