"""The files of a submission that say how it is operated, found by name and content, and read as plain values."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from grader.domain.evidence import MOST_FINDINGS, Finding, Location, Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.domain.text import one_line
from grader.domain.words import bounded
from grader.gates.registry import METRICS
from grader.gates.subject import Subject
from grader.reader.client import Kind, NotReadable, Reader

SOURCE = "the operations gate"
_LARGEST, _MOST_FILES, _MOST_DOCUMENTS = 1 << 18, 200, 100
_RULE = re.compile(r"[a-z][a-z-]{2,40}")
_SAFE = re.compile(r"[\w./ -]{1,300}")
_SKIPPED = re.compile(r"(?:^|/)(?:node_modules|\.venv|venv|site-packages|vendor)/")
_IDLE = re.compile(r"(?:\S*/)?(?:true|:|exit(?: 0)?|echo\b[^|&;]*|sleep \S+)|")
_SEPARATOR = re.compile(r"(?m)^---(?:[ \t].*)?$")


@dataclass(frozen=True, slots=True)
class Document:
    """A document by the path of its file, with the line that it begins in, counted from one."""

    path: str
    line: int
    value: Any
    text: str


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one submission; what cannot be read is a finding in ``problems``."""

    subject: Subject
    reader: Reader
    problems: list[Finding]

    def named(self, pattern: re.Pattern[str]) -> list[str]:
        """The paths that match as a whole, in order."""
        found = (name for name in self.subject.files if pattern.fullmatch(name) and not _SKIPPED.search(name))
        return [name for _, name in zip(range(_MOST_FILES), found, strict=False)]

    def text(self, path: str) -> str:
        """The text of a file, or the beginning of a long one."""
        with (self.subject.submission / path).open("rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace")

    def documents(self, path: str, rule: str) -> Iterator[Document]:
        """The documents of a YAML or JSON file. One that is none is a finding of ``rule``."""
        kind: Kind = "json" if path.endswith(".json") else "yaml"
        text = self.text(path)
        for line, part in [(1, text)] if kind == "json" else _parts(text):
            try:
                value = self.reader.read(kind, part.encode("utf-8", "replace"))
            except NotReadable as wrong:
                at = line + (wrong.line or 1) - 1
                self.problems.append(finding(rule, f"It cannot be read: {wrong.text}.", path, at))
                continue
            if value is not None:
                yield Document(path, line, value, part)


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """The documents of a stream, each with the line that it begins in."""
    begin, line = 0, 1
    marks = [*(match.span() for match in _SEPARATOR.finditer(text)), (len(text), len(text))]
    for start, end in marks[:_MOST_DOCUMENTS]:
        part = text[begin:start]
        if part.strip():
            yield line, part
        line += text.count("\n", begin, end)
        begin = end


def finding(
    rule: str,
    message: str,
    path: str,
    line: int | None = None,
    *,
    remedy: str = "",
    severity: Severity = Severity.LOW,
    source: str = SOURCE,
) -> Finding:
    """What is wrong in a file; a path that is not fit to be shown is left out."""
    place = Location(path, line) if _SAFE.fullmatch(path) else None
    return Finding(rule, one_line(bounded(message)), severity, place, remedy, source=source)


def evidence(found: Finding) -> Finding:
    """A finding of a tool that is there on some machines only: it is shown, and counts nothing."""
    return replace(found, severity=Severity.NOTE)


def rule_name(name: Any) -> str:
    """The name of a rule as a tool that is there on some machines says it; "" for what is none."""
    return name if isinstance(name, str) and _RULE.fullmatch(name) else ""


def line_of(text: str, words: str, start: int = 1) -> int:
    """The line in which these words first stand; where they do not, the first."""
    at = text.find(words)
    return start + text.count("\n", 0, at) if at >= 0 else start


def measured(metric: str, found: list[Finding], source: str) -> Measurement:
    """How many findings count: all but notes."""
    counted = [one for one in found if one.severity is not Severity.NOTE]
    counted.sort(key=lambda one: (str(one.where), one.rule))
    notes = [one for one in found if one.severity is Severity.NOTE]
    where = tuple(dict.fromkeys(one.where for one in counted if one.where))[:MOST_FINDINGS]
    shown = tuple((*counted, *notes)[:MOST_FINDINGS])
    return Measurement(metric, len(counted), METRICS[metric], Status.PASSED, source, where=where, findings=shown)


def absent(metric: str, reason: str) -> Measurement:
    """What the project has nothing of."""
    return Measurement(metric, None, METRICS[metric], Status.NOT_APPLICABLE, SOURCE, reason)


def mapping(value: Any) -> dict[Any, Any]:
    """The mapping that it is, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The list that it is, or an empty one."""
    return value if isinstance(value, list) else []


def names(value: Any) -> dict[str, dict[Any, Any]]:
    """The members of a mapping that are mappings and have names."""
    return {str(key)[:100]: entry for key, entry in mapping(value).items() if isinstance(entry, dict)}


def unpinned(image: str) -> bool:
    """Whether an image is named without a tag or digest, or by ``latest``."""
    name = image.rpartition("/")[2]
    if "@sha256:" in image:
        return False
    return ":" not in name or name.endswith(":latest")


def asks_nothing(command: Any) -> bool:
    """Whether a command of a health check ends well whatever the state: ``true``, ``exit 0``, ``echo``."""
    words = [str(word) for word in command] if isinstance(command, list) else str(command).split()
    while words and (words[0] in ("CMD", "CMD-SHELL") or words[0].startswith("--")):
        words = words[1:]
    if len(words) > 2 and words[0].rpartition("/")[2] in ("sh", "bash", "ash", "dash") and words[1] == "-c":
        words = words[2:]
    text = " ".join(words).strip(" \"'[];,").replace('", "', " ")
    return _IDLE.fullmatch(text[:300]) is not None


Part = Callable[[Files], Measurement]
