"""What a result says beside its verdicts: what was found instead, what stood in, and what explains much at once."""

from grader.domain.evidence import Evidence
from grader.domain.layout import Layout
from grader.environment import Environment
from grader.intake import Submission
from grader.intake.layout import FILE, Found
from grader.intake.surprise import as_given, misplaced, unlike_starter
from grader.pipeline.assignment import Assignment


def notices(
    submission: Submission, found: Found, assignment: Assignment, environment: Environment, evidence: Evidence
) -> tuple[str, ...]:
    """The sentences, each once: of what was handed in, of ``track.toml``, of the project's place, of its packages."""
    layout = found.layout
    own = [f"`{name} = {getattr(layout, name)!r}`" for name, origin in found.origins.items() if origin == FILE]
    overrides = (f"As {FILE} says: {', '.join(own)}.",) if own else ()
    told = evidence.start.observed if evidence.start else ""
    stood_in = environment.notice(submission.root, submission.files, told)
    surprise = _surprise(submission, assignment, layout)
    return submission.notices + overrides + found.sentences() + tuple(filter(None, [surprise, stood_in]))


def _surprise(submission: Submission, assignment: Assignment, layout: Layout) -> str:
    """What explains at once why much may fail: code in another folder, or the work of another module."""
    if assignment.layout is None or assignment.public is None:
        return ""
    place = misplaced(submission.files, layout)
    moved = layout.sources != assignment.layout.sources
    # What learners receive has no hidden checks, and their own work in the starter's place.
    if place or moved or assignment.hidden is None:
        return place
    starter = assignment.public.parents[1] / "starter"
    return as_given(submission.root, submission.files, starter) or unlike_starter(submission.files, starter)
