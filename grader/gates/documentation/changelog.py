"""The change log of the API held against what has changed in its OpenAPI document since it was first committed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.domain.errors import SubmissionError
from grader.domain.evidence import MOST_FINDINGS, Finding, Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.domain.text import one_line
from grader.domain.words import bounded
from grader.gates.contract.breaking import Change, breaking_changes
from grader.gates.contract.document import COMMITTED, Document, NoDocument, committed, read
from grader.gates.documentation.markdown import Page
from grader.gates.documentation.shown import SOURCE, located
from grader.gates.subject import Subject
from grader.intake.history import read_history

METRIC, _UNIT = "documentation.changelog", "changes"
_NAMED = re.compile(
    r"(?:.*/)?(?:changelog|changes|history|api-changelog|changelog-api|release-?notes)\.(?:md|markdown)", re.I
)
_FOR_API = re.compile(r"api", re.I)
_OPERATION = re.compile(r"\b(GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH|TRACE)\b[ \t`*]{1,6}(/[^\s`*|,;)]{0,300})")
_NOTED = re.compile(r"`([\w.\[\]-]{1,100})`")
_PARAMETER = re.compile(r"\{[^{}]{0,100}\}|<[^<>]{0,100}>|:\w{1,60}")
_LAST = re.compile(r"[A-Za-z_][\w-]{0,99}")


class _NotApplicable(Exception):
    """There is nothing to hold it against; the message says why."""


@dataclass(frozen=True, slots=True)
class Log:
    """What a change log speaks of: operations as method and path, and names in code."""

    path: str
    operations: frozenset[tuple[str, str]]
    names: frozenset[str]

    def tells(self, change: Change) -> bool:
        """Whether it names the operation of a change, or the field or value that it is about."""
        method, _, path = change.operation.partition(" ")
        plain = _plain(path)
        if any(verb == method and plain.endswith(written) for verb, written in self.operations):
            return True
        words = _LAST.findall(change.what.partition(" ")[0] if "." in change.what.partition(" ")[0] else "")
        words = words or _LAST.findall(change.what.partition(" is ")[0])
        return bool(words) and words[-1] in self.names and not change.rule.startswith("operation-")


def measure(subject: Subject, pages: Mapping[str, Page]) -> Measurement:
    """How many changes that callers notice stand in no change log."""
    try:
        name, before, after = _documents(subject)
    except _NotApplicable as why:
        return Measurement(METRIC, None, _UNIT, Status.NOT_APPLICABLE, SOURCE, str(why))
    except NoDocument as why:
        return Measurement(METRIC, None, _UNIT, Status.FAILED, SOURCE, str(why))
    changes = list(noticed(before, after))
    log = _log(pages)
    if log is None and changes:
        reason = f"{len(changes)} changes of {name} are noticed by callers, and there is no CHANGELOG-API.md."
        return Measurement(METRIC, None, _UNIT, Status.FAILED, SOURCE, reason)
    untold = [change for change in changes if log and not log.tells(change)]
    findings = tuple(_finding(log.path if log else name, change) for change in untold[:MOST_FINDINGS])
    return Measurement(METRIC, len(untold), _UNIT, Status.PASSED, SOURCE, findings=findings)


def _documents(subject: Subject) -> tuple[str, Document, Document]:
    """The path of the document, as it was first committed, and as it is."""
    now = committed(subject.submission)
    if now is None:
        raise _NotApplicable("No OpenAPI document is committed.")
    name, after = now
    history = subject.spec.history
    if history is None:
        raise _NotApplicable("No earlier document is known: hand in the repository with its history.")
    try:
        first = [past.content for past in read_history(history.folder, history.tip) if past.path.endswith(COMMITTED)]
    except SubmissionError as problem:
        raise _NotApplicable(f"No earlier document is known: {problem.message}") from problem
    for content in reversed(first):
        try:
            return name, read(content, f"the first {name}"), after
        except NoDocument:
            continue  # a first draft that was none
    raise _NotApplicable("No earlier document is known.")


def noticed(before: Document, after: Document) -> Iterator[Change]:
    """What breaks a client of the first document, by the contract gate's rules, and operations that are new."""
    yield from breaking_changes(before, after)
    known = {operation.label for operation in before.operations()}
    for operation in after.operations():
        if operation.label not in known:
            yield Change("operation-added", operation.label, "it is new")


def _log(pages: Mapping[str, Page]) -> Log | None:
    """The change log of the API, or else that of the project."""
    named = sorted(filter(_NAMED.fullmatch, pages), key=lambda path: (not _FOR_API.search(path), path))
    if not named:
        return None
    page = pages[named[0]]
    text = "\n".join(line for _, line in page.prose)
    operations = frozenset((verb, _plain(path)) for verb, path in _OPERATION.findall(text))
    return Log(page.path, operations, frozenset(_NOTED.findall(text)))


def _plain(path: str) -> str:
    """A path in which every parameter is the same, without a slash at its end."""
    return _PARAMETER.sub("{}", path.partition("?")[0]).rstrip("/") or "/"


def _finding(path: str, change: Change) -> Finding:
    message = (
        f"{one_line(bounded(change.operation, 120))}: {one_line(bounded(change.what, 120))}, and no entry says so."
    )
    remedy = "Name the operation, as in `GET /posts/{id}/`, with what has changed for callers."
    return Finding(f"changelog.{change.rule}", message, Severity.LOW, located(path), remedy, source=SOURCE)
