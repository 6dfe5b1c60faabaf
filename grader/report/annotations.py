"""Annotations of a GitHub workflow: what failed, on the file and line, as commands that the runner carries out.

The file is printed into the log of a step: ``cat annotations.txt``. It is the only report whose lines are commands, and
all of them are of our making: whatever a learner wrote is the value of one.
"""

import os
import posixpath
from collections.abc import Iterator

from grader.domain.evidence import Location
from grader.domain.result import CriterionResult, GateVerdict, Result
from grader.domain.start import START
from grader.domain.status import Status
from grader.report import escape
from grader.report.audience import for_learners
from grader.report.causes import followers
from grader.report.criterion_words import not_passed
from grader.report.gate_words import reading
from grader.report.since import sentences
from grader.report.verdict_words import verdict

FOLDER = "ANNOTATIONS_FOLDER"  # the variable that names the project's folder, seen from the root of the repository
_MOST = 10  # of one kind in a step: GitHub drops what comes after them
_LIMIT = 600
_UNMEASURED = "This could not be measured, through a fault of the grader or the machine. Run it again."


def render(result: Result) -> str:
    """One command a line: an error for each thing that failed, and the verdict as a notice.

    Paths are those of the project, below the folder that the variable ``ANNOTATIONS_FOLDER`` names, if it is set.
    """
    shown = for_learners(result)
    folder = os.environ.get(FOLDER, "")
    failed = [*_start(shown, folder), *_criteria(shown, folder), *_gates(shown, folder)]
    kept = failed if len(failed) <= _MOST else failed[: _MOST - 1]
    if left := len(failed) - len(kept):
        kept.append(_command("error", "More", f"{left} more things failed: the summary of this run lists them."))
    return "".join(f"{line}\n" for line in [*kept, _verdict(shown)])


def _verdict(result: Result) -> str:
    """The verdict, whose it is, what was left out, and what changed since the last run."""
    found, made = verdict(result), result.provenance
    state = f"{made.submission}, commit {(made.commit or 'none')[:12]}, tree {made.tree_hash[:12]}"
    said = [f"{found.sentence} {result.score} of {result.max_score} points.", *sentences(result), state]
    said += [escape.clip(notice, _LIMIT) for notice in result.notices[:_MOST]]
    return _command("notice" if result.graded else "warning", found.headline, "\n".join(said))


def _start(result: Result, folder: str) -> Iterator[str]:
    """The one thing that all criteria wait for which need the project running."""
    failure = result.start
    if failure is not None:
        said = f"Expected: {failure.expected}\nObserved: {failure.observed}\nNext: {failure.remedy}"
        yield _command("error", failure.headline, said, failure.where, folder)


def _criteria(result: Result, folder: str) -> Iterator[str]:
    elsewhere = followers(result)
    for criterion in result.criteria:
        if criterion.status is Status.ERRORED:
            yield _command("error", criterion.title, _UNMEASURED)
        elif criterion.status is Status.FAILED and criterion.id not in elsewhere and START not in criterion.blocked_by:
            yield _failed(criterion, folder)


def _failed(criterion: CriterionResult, folder: str) -> str:
    first = next(iter(not_passed(criterion)), None)
    parts = () if first is None else (("Expected", first.expected), ("Observed", first.observed))
    said = "\n".join(f"{label}: {escape.clip(text, _LIMIT)}" for label, text in parts if text)
    where = next((case.where for case in not_passed(criterion) if case.where), None)
    return _command("error", criterion.title, said or criterion.hint or criterion.title, where, folder)


def _gates(result: Result, folder: str) -> Iterator[str]:
    for gate in result.gates:
        if gate.status is Status.ERRORED:
            yield _command("error", gate.title, _UNMEASURED)
        elif gate.status is Status.FAILED:
            yield _command("error", gate.title, reading(gate), _place(gate), folder)


def _place(gate: GateVerdict) -> Location | None:
    found = [finding.where for finding in gate.findings if finding.where and not finding.resolved]
    return next(iter([*gate.where, *found]), None)


def _command(kind: str, title: str, message: str, where: Location | None = None, folder: str = "") -> str:
    """One line, whatever is in the texts; without a place the annotation is about the run."""
    properties = [f"title={_property(escape.clip(title, 200))}"]
    if where is not None:
        path = posixpath.normpath(posixpath.join(folder or ".", where.path.lstrip("/")))
        properties.insert(0, f"file={_property(path)}")
        if where.line is not None and where.line > 0:
            properties.insert(1, f"line={where.line}")
    return f"::{kind} {','.join(properties)}::{_value(escape.workflow(message))}"


def _property(text: str) -> str:
    return _value(escape.workflow_property(escape.one_line(text)))


def _value(escaped: str) -> str:
    """Without the beginning of a command in the older spelling, which is one wherever it stands in a line."""
    return escaped.replace("##[", "# [")
