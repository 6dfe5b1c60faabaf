"""Secrets in earlier commits: files that the submission has no more, scanned as those that it has."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from grader.domain.errors import SubmissionError
from grader.domain.findings import Finding, Severity
from grader.gates.security.secrets import judged, scan_secrets
from grader.gates.subject import Subject
from grader.intake.history import Past, read_history

_SHOWN = 10


def scan_history(subject: Subject, *, tests_count: bool) -> Iterator[Finding]:
    """A finding for each secret in a file that an earlier commit wrote; a note where the history cannot be read.

    Nothing for a submission that came without its history.
    """
    history = subject.spec.history
    if history is None:
        return
    folder = subject.folder / "history"
    try:
        past = _written(folder, read_history(history.folder, history.tip), subject)
    except SubmissionError as problem:
        message = f"The history was not looked through for secrets: {problem.message}."
        yield Finding("secrets.history", message, Severity.NOTE, None, problem.hint, source="the security gate")
        return
    if not past:
        return
    suspects = scan_secrets(folder, sandbox=subject.sandbox, state_dir=subject.state_dir)
    seen: set[tuple[str, str]] = set()
    for suspect in suspects:
        was = past.get(suspect.path)
        if was is None or (was.path, suspect.text) in seen:
            continue
        seen.add((was.path, suspect.text))
        for finding in judged([replace(suspect, path=was.path)], tests_count=tests_count):
            message = f"{finding.message} It is in the history, commit {was.commit[:_SHOWN]}, line {suspect.line}."
            place = replace(finding.where, line=None) if finding.where else None
            yield replace(finding, message=message, where=place)


def _written(folder: Path, history: Iterator[Past], subject: Subject) -> dict[str, Past]:
    """Writes what the submission does not hold as it was, under numbers; by these names, what it is."""
    folder.mkdir(mode=0o755)
    present = {_digest((subject.submission / path).read_bytes()) for path in subject.files}
    found: dict[str, Past] = {}
    for past in history:
        if _digest(past.content) in present:
            continue
        name = f"{len(found)}{_suffix(past.path)}"
        (folder / name).write_bytes(past.content)
        (folder / name).chmod(0o644)
        found[name] = past
    return found


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _suffix(path: str) -> str:
    """What scanners tell kinds of files by, if it is a plain one."""
    suffix = Path(path).suffix
    return suffix if suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= 8 else ""
