"""From a submission to its result."""

from collections.abc import Callable
from pathlib import Path

from grader.domain.progress import Progress
from grader.domain.result import Result
from grader.pipeline.assignment import Assignment
from grader.pipeline.job import Job, Measured, Options
from grader.pipeline.measuring import measure
from grader.pipeline.store import EvidenceStore
from grader.pipeline.warm import Warm
from grader.scoring import score, score_gates


def grade(
    source: Path,
    assignment: Assignment,
    options: Options,
    *,
    progress: Callable[[Progress], None],
    store: EvidenceStore | None = None,
    warm: Warm | None = None,
) -> Result:
    """Grade one submission, by the evidence in the store if that has any of the same; on what is ``warm``.

    Raises ``SubmissionError`` if it cannot be taken in at all, ``SandboxError`` or ``EnvironmentError_``
    if this machine cannot grade, ``CourseError`` if the course is wrong. All else is in the result.
    """
    job = Job(source, assignment.module.slug, options)
    return score_measured(measure(job, assignment, progress=progress, store=store, warm=warm), assignment)


def score_measured(measured: Measured, assignment: Assignment) -> Result:
    """The result of what was measured, by the points of the assignment as they are now."""
    if assignment.public is None:
        return score_gates(assignment.module.gates, measured.evidence, measured.provenance, notices=measured.notices)
    return score(
        assignment.module,
        measured.evidence,
        measured.provenance,
        scope=measured.scope,
        notices=measured.notices,
        criteria=measured.criteria,
        gates=measured.gates,
    )
