"""The `result.json` of Classroom 50 (`classroom50/result/v1`): a test for each criterion and gate that has points.

Which submission it is about the runner says, in variables; the collector holds that against the repository that the
result came from.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from grader.domain.result import CriterionResult, GateVerdict, Result
from grader.domain.start import START
from grader.domain.status import Status
from grader.report import escape
from grader.report.audience import for_learners
from grader.report.criterion_words import not_passed, titles, why_blocked
from grader.report.gate_words import reading
from grader.report.steps import as_points

SCHEMA = "classroom50/result/v1"
TAG = "submit/"  # how the name of every submission begins
_UNMEASURED = "Could not be measured, through a fault of the grader or the machine. It has to be graded again."
_LIMIT = 600
Entry = dict[str, object]


@dataclass(frozen=True, slots=True)
class Submitted:
    """Which submission a result is about. ``commit``, ``release`` and ``review`` are addresses.

    ``at`` is the committer's date, in UTC with a Z: it is the same however often the commit is graded.
    """

    classroom: str
    assignment: str
    assignment_type: str
    owner: str
    submission: str
    commit: str
    release: str
    review: str
    at: str

    @classmethod
    def from_variables(cls, variables: Mapping[str, str], result: Result) -> Self:
        """As the runner has them. Outside of it each is *local*, so that the file can be looked at before.

        ``SUBMITTED_AT`` has the committer's date, in ISO 8601 with an offset; without it the time of the grading stands
        in its place.
        """

        def named(*names: str, instead: str) -> str:
            return next((variables[name] for name in names if variables.get(name)), instead)

        commit = named("COMMIT_URL", instead=result.provenance.commit or "local")
        tag = named("SUBMISSION_TAG", instead="local")
        return cls(
            classroom=named("CLASSROOM", instead="local"),
            assignment=named("ASSIGNMENT", instead=result.assignment),
            assignment_type=named("ASSIGNMENT_TYPE", instead="individual"),
            owner=named("OWNER", "USERNAME", instead="local"),
            submission=tag if tag.startswith(TAG) else TAG + tag,
            commit=commit,
            release=named("RELEASE_URL", instead=commit),
            review=named("REVIEW_URL", instead=commit),
            at=in_utc(named("SUBMITTED_AT", instead="")) or in_utc(result.provenance.started_at),
        )

    def entry(self) -> Entry:
        """The part of a result that says which submission it is."""
        return {
            "classroom": escape.log_line(self.classroom),
            "assignment": escape.log_line(self.assignment),
            "assignment_type": escape.log_line(self.assignment_type),
            "owner": escape.log_line(self.owner),
            "submission": escape.log_line(self.submission),
            "commit": self.commit,
            "release": self.release,
            "review": self.review,
            "datetime": self.at,
        }


def render(result: Result) -> str:
    """The file as JSON."""
    document = record(result, Submitted.from_variables(os.environ, result))
    encoded = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return escape.json(escape.visible(encoded).encode()).decode()


def record(result: Result, submitted: Submitted) -> Entry:
    """One result. ``score`` and ``max-score`` are whole points, the sums of those of its tests.

    Where something could not be measured there is no grade: the tests say so, and it has to be graded again.
    """
    tests = [*tests_of(result)]
    return {
        "schema": SCHEMA,
        **submitted.entry(),
        "graded_at": in_utc(result.provenance.started_at),
        "score": result.score,
        "max-score": result.max_score,
        "tests": tests,
    }


def tests_of(result: Result) -> Iterator[Entry]:
    """A test for each criterion and gate that has points. ``message``, a field of ours, says why it failed."""
    shown = as_points(for_learners(result))
    named = titles(shown)
    for scored in shown.scored:
        if scored.max_score:
            passed = scored.status is Status.PASSED
            test: Entry = {
                "test-name": escape.log_line(scored.title) or scored.id,
                "passed": passed,
                "score": scored.score,
                "max-score": scored.max_score,
            }
            why = _start(shown) if _waits_for_start(scored) else _why(scored, named)
            yield test if passed else test | {"message": escape.log_line(escape.clip(why, _LIMIT))}


def _waits_for_start(scored: CriterionResult | GateVerdict) -> bool:
    """Whether it waits for the project to start: the format has no room for that one finding but each test."""
    return isinstance(scored, CriterionResult) and START in scored.blocked_by


def _start(result: Result) -> str:
    found = result.start
    return "" if found is None else f"{found.headline}: {found.observed} Next: {found.remedy}"


def _why(scored: CriterionResult | GateVerdict, named: Mapping[str, str]) -> str:
    if scored.status is Status.ERRORED:
        return _UNMEASURED
    if isinstance(scored, GateVerdict):
        return reading(scored)
    if scored.status is Status.BLOCKED:
        return why_blocked(scored, named)
    first = next(iter(not_passed(scored)), None)
    return scored.hint if first is None else f"Expected: {first.expected} Observed: {first.observed}"


def in_utc(text: str) -> str:
    """A time in ISO 8601 with an offset, as Classroom 50 writes it: in UTC, in whole seconds, with a Z; "" for none."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at.tzinfo else ""
    except (ValueError, OverflowError):
        return ""
