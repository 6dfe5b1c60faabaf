"""``security/waivers.toml``: the reasons that a team gives for letting a medium finding stand."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.domain.evidence import Artefact
from grader.domain.findings import Finding, Severity
from grader.domain.location import Location
from grader.gates.security.paths import SAFE_PATH
from grader.reader.client import NotReadable, Reader

FILE = "security/waivers.toml"
_SHORTEST_REASON, _LONGEST_REASON = 20, 500
_MOST, _LARGEST = 100, 1 << 18
_REQUEST = re.compile(r"[A-Z]{3,10} /[^\s:]{0,300}")
_SHOWN_AS = 'Write [[waiver]] with rule = "B608", file = "src/app/sql.py", line = 12 and reason = "…".'


@dataclass(frozen=True, slots=True)
class Waiver:
    """One entry. ``file`` is "" and ``line`` 0 for a finding that has no place, such as a header's.

    ``request`` is what such a finding begins with, as ``GET /search/``, so that one entry is for one request; "" for
    a finding that begins with none.
    """

    rule: str
    file: str
    line: int
    reason: str
    request: str = ""

    def matches(self, finding: Finding) -> bool:
        """Whether it speaks of this finding: rule, file and line are all its own."""
        path, line = (finding.where.path, finding.where.line or 0) if finding.where else ("", 0)
        asked = "" if path else request_of(finding)
        return (self.rule, self.file, self.line, self.request) == (finding.rule, path, line, asked)


def request_of(finding: Finding) -> str:
    """The request that the message of a finding begins with; "" if it does with none."""
    match = _REQUEST.match(finding.message)
    return match[0] if match else ""


def read_waivers(submission: Path) -> tuple[tuple[Waiver, ...], tuple[Finding, ...]]:
    """The waivers of a submission, and what is wrong with its file. An entry that is none waives nothing."""
    path = submission / FILE
    if not path.is_file() or path.is_symlink():
        return (), ()
    data = path.read_bytes()[: _LARGEST + 1]
    if len(data) > _LARGEST:
        return (), (_wrong(f"It is larger than {_LARGEST >> 10} KB."),)
    try:
        with Reader("toml") as reader:
            document = reader.read("toml", data)
    except NotReadable as problem:
        return (), (_wrong(f"It cannot be read: {problem.text}.", problem.line),)
    entries = document.get("waiver", []) if isinstance(document, dict) else None
    if not isinstance(entries, list) or len(entries) > _MOST:
        return (), (_wrong(f"It has to hold a list of at most {_MOST} [[waiver]] tables."),)
    return _checked(entries)


def _checked(entries: list[Any]) -> tuple[tuple[Waiver, ...], tuple[Finding, ...]]:
    good, bad = [], []
    for number, entry in enumerate(entries, 1):
        waiver = _waiver(entry)
        if isinstance(waiver, Waiver):
            good.append(waiver)
        else:
            bad.append(_wrong(f"Entry {number} waives nothing: {waiver}."))
    return tuple(good), tuple(bad)


def _waiver(entry: Any) -> Waiver | str:
    """The entry, or what is wrong with it."""
    if not isinstance(entry, dict) or entry.keys() - {"rule", "file", "line", "request", "reason"}:
        return "it has rule, file, line, request and reason, and no other keys"
    rule, file, line, reason = entry.get("rule"), entry.get("file", ""), entry.get("line", 0), entry.get("reason")
    if not (isinstance(rule, str) and SAFE_PATH.fullmatch(rule)):
        return "its rule is the name that the report shows"
    if not isinstance(file, str) or (file and not SAFE_PATH.fullmatch(file)):
        return "its file is a path from the project's root"
    if not isinstance(line, int) or isinstance(line, bool) or line < 0:
        return "its line is a number"
    request = entry.get("request", "")
    if not isinstance(request, str) or (request and not _REQUEST.fullmatch(request)):
        return 'its request is what the finding begins with, such as "GET /search/"'
    words = " ".join(reason.split()) if isinstance(reason, str) else ""
    if not _SHORTEST_REASON <= len(words) <= _LONGEST_REASON or len(set(words.lower())) < 8:
        return f"its reason has {_SHORTEST_REASON} to {_LONGEST_REASON} characters and says why it may stand"
    return Waiver(rule, file, line, words, request)


def _wrong(message: str, line: int | None = None) -> Finding:
    where = Location(FILE, line)
    return Finding("security.waiver", message, Severity.LOW, where, _SHOWN_AS, source="the security gate")


def resolve(findings: Iterable[Finding], waivers: Sequence[Waiver]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings, each medium with its reason where one was given, and a finding for each waiver without effect.

    A high finding is never resolved.
    """
    found = tuple(findings)
    resolved = []
    for finding in found:
        waiver = next((w for w in waivers if w.matches(finding)), None)
        may = finding.severity is Severity.MEDIUM
        resolved.append(replace(finding, resolved=waiver.reason) if waiver and may else finding)
    return tuple(resolved), tuple(filter(None, (_idle(waiver, found) for waiver in waivers)))


def _idle(waiver: Waiver, findings: tuple[Finding, ...]) -> Finding | None:
    matched = [finding for finding in findings if waiver.matches(finding)]
    if any(finding.severity is Severity.MEDIUM for finding in matched):
        return None
    place = f"{waiver.file}:{waiver.line}" if waiver.file else waiver.request or "no file"
    if any(finding.severity is Severity.HIGH for finding in matched):
        return _wrong(f"{waiver.rule} at {place} is high, and a high finding cannot be waived.")
    return _wrong(f"Nothing that counts is found of {waiver.rule} at {place}: the waiver is for nothing.")


def shown(findings: Iterable[Finding], metric: str) -> tuple[Artefact, ...]:
    """What was waived, with the reasons, for whoever reviews it; nothing where nothing was."""
    rows = [[f.rule, str(f.where or "–"), f.message, f.resolved] for f in findings if f.resolved]
    if not rows:
        return ()
    body = json.dumps({"columns": ["Rule", "Where", "Finding", "Reason"], "rows": rows})
    return (Artefact("security-waivers", "Findings that were waived: are the reasons good?", "table", body, metric),)
