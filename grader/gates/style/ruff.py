"""What ruff finds by the course's rules. A rule is turned off in single lines only, for a reason given there."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version

from grader.domain.errors import EnvironmentError_
from grader.domain.evidence import MOST_FINDINGS, Finding, Location, Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.domain.words import bounded
from grader.gates.subject import Subject
from grader.tools.tool import Tool, run

METRIC, _UNIT = "style.ruff", "findings"
# Neither its configuration nor its comments turn a rule off, and nothing of it is left out.
_OPTIONS = ("check", "--config", "/tools/ruff.toml", "--no-cache", "--ignore-noqa", "--no-respect-gitignore")
_FOUND, _CLEAN = 1, 0
_PATH = re.compile(r"/submission/([\w./ -]{1,300})")
_CODE = re.compile(r"[A-Z]{1,5}[0-9]{1,4}")
_NOQA = re.compile(r"#\s*noqa:\s*([A-Z]{1,5}[0-9]{1,4}(?:[\s,]+[A-Z]{1,5}[0-9]{1,4})*)\b[\s:–-]*(.*)")
_REASON_WORDS = 3
_LONGEST, _LONGEST_LINE = 16 << 20, 1_000
# As many exceptions as a reviewer reads; the reference application has 1 in 900 lines.
_LINES_AN_EXCEPTION, _FREE_EXCEPTIONS = 200, 5
_RULE_PAGES = "Read what the rule is about: docs.astral.sh/ruff/rules/#{} or `ruff rule {}`."


def measure(subject: Subject) -> Measurement:
    """How many findings there are, without those in a line that names their rule after ``# noqa:``, with a reason."""
    arguments = (*_OPTIONS, "--output-format", "json", "--quiet", "/submission")
    tool = Tool.beside_grader("ruff", *arguments, configuration=("ruff.toml",), output_limit=_LONGEST)
    output = run(tool, subject.sandbox, submission=subject.submission, deps=subject.deps)
    if output.status not in (_FOUND, _CLEAN):
        raise EnvironmentError_(f"ruff ended with {output.status}: {output.text[:300]}", "Run `grader doctor`.")
    source = f"ruff {version('ruff')}"
    if len(output.text) >= _LONGEST:
        reason = f"ruff finds more than {_LONGEST >> 20} MB of text can say."
        return Measurement(METRIC, None, _UNIT, Status.FAILED, source, reason)
    lines = _Lines(subject)
    found = [_excused(lines, finding) for finding in _findings(json.loads(output.text), source)]
    found = _within_reason(found, lines.count)
    wrong = [finding for finding in found if not finding.resolved]
    where = tuple(finding.where for finding in wrong if finding.where)[:MOST_FINDINGS]
    shown = (*wrong, *(finding for finding in found if finding.resolved))[:MOST_FINDINGS]
    return Measurement(METRIC, len(wrong), _UNIT, Status.PASSED, source, where=where, findings=shown)


def _findings(read: list[dict[str, object]], source: str) -> Iterator[Finding]:
    for one in read:
        path = _PATH.fullmatch(str(one.get("filename")))
        location = one.get("location")
        row = location.get("row") if isinstance(location, dict) else None
        place = Location(path[1], row if isinstance(row, int) else None) if path else None
        code = str(one.get("code") or "syntax-error")
        code = code if _CODE.fullmatch(code) or code in ("syntax-error", "invalid-syntax") else "?"
        remedy = _RULE_PAGES.format(code, code) if _CODE.fullmatch(code) else ""
        yield Finding(code, bounded(str(one.get("message"))), Severity.LOW, place, remedy, source=source)


class _Lines:
    """The lines of the submission's modules, each read once, and only by a name that the submission has."""

    def __init__(self, subject: Subject) -> None:
        self._root, self._names = subject.submission, frozenset(subject.files)
        self._read: dict[str, list[str]] = {}

    def __getitem__(self, place: Location) -> str:
        """The line at a place; "" where there is none."""
        if place.path not in self._names or place.line is None:
            return ""
        if place.path not in self._read:
            text = (self._root / place.path).read_bytes().decode("utf-8", "replace")
            self._read = {place.path: text.split("\n")}  # findings come file by file
        lines = self._read[place.path]
        return lines[place.line - 1] if 0 < place.line <= len(lines) else ""

    @property
    def count(self) -> int:
        """How many there are in all modules."""
        return sum((self._root / f).read_bytes().count(b"\n") for f in self._names if f.endswith(".py"))


def _excused(lines: _Lines, finding: Finding) -> Finding:
    """The finding, resolved by the reason that its line gives for an exception to its rule, if it gives one."""
    said = _NOQA.search(lines[finding.where][:_LONGEST_LINE]) if finding.where else None
    if said is None or finding.rule not in re.findall(_CODE, said[1]) or len(said[2].split()) < _REASON_WORDS:
        return finding
    return replace(finding, resolved=bounded(said[2].strip()))


def _within_reason(found: Sequence[Finding], lines: int) -> list[Finding]:
    """The findings, of which only as many stay resolved as a project of so many lines may have exceptions."""
    left = max(_FREE_EXCEPTIONS, lines // _LINES_AN_EXCEPTION)
    kept = []
    for finding in found:
        kept.append(replace(finding, resolved="") if finding.resolved and left <= 0 else finding)
        left -= bool(finding.resolved)
    return kept
