"""A new form: of a result with the machine's evidence, or of a submission without."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from grader.domain.course import Module, ReviewItem
from grader.domain.errors import UsageError_
from grader.domain.result import Result
from grader.intake import Submission
from grader.review.enter import without_review
from grader.review.form import Written, render
from grader.review.items import items_of, with_manual
from grader.review.machine import NOT_GIVEN, evidence, said_lines
from grader.review.nouns import Subject
from grader.review.pull_request import Said
from grader.review.raw import Raw

Words = Mapping[str, Written]


def form_of_result(
    result: Result, items: tuple[ReviewItem, ...], said: tuple[Said, ...] | None, reviewer: str, words: Words
) -> str:
    """The form for the submission that this is the result of. ``said`` is what its pull request's text shows."""
    plain = without_review(result)
    subject = Subject(result.assignment, result.provenance.submission, result.provenance.tree_hash)
    asked = [(item, evidence(item, plain, said)) for item in items_of(plain, items)]
    return render(subject, result.heading, asked, reviewer=reviewer, written=words)


def form_of_submission(
    submission: Submission,
    module: Module,
    items: tuple[ReviewItem, ...],
    said: tuple[Said, ...] | None,
    reviewer: str,
    words: Words,
) -> str:
    """The form for a submission that nobody graded: nothing of it was measured."""
    subject = Subject(module.slug, submission.source, submission.tree_hash)
    asked = [
        (item, (*(said_lines(said) if item.pull_request else ()), f"- {NOT_GIVEN}"))
        for item in with_manual(items, (c for c in module.criteria if c.manual))
    ]
    return render(subject, f"Module {module.number:02d} · {module.title}", asked, reviewer=reviewer, written=words)


def words_of(raw: Raw, assignment: str, known: tuple[str, ...]) -> Words:
    """What was written in an older form, to be written into a new one with the items ``known``.

    Raises:
        UsageError_: it is of another assignment, or something in it would be lost.
    """
    if raw.subject.assignment != assignment:
        raise UsageError_(
            f"{raw.path} is a review of {raw.subject.assignment or 'nobody knows what'}, and not of {assignment}",
            "Name the older review of the same assignment.",
        )
    lost = [(part.line, item) for item, part in raw.parts.items() if item not in known and part.written != Written()]
    lost += raw.stray
    if lost:
        line, text = min(lost)
        raise UsageError_(
            f"{raw.path}:{line}: this has no place in the new form: {text.strip()[:80]}",
            f"Move it to the comment of an item, or delete it; {len(lost)} such "
            f"{'place is' if len(lost) == 1 else 'places are'} left.",
        )
    return {item: part.written for item, part in raw.parts.items()}


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet.

    Raises:
        UsageError_: it is there, or cannot be written.
    """
    try:
        with suppress(FileExistsError):  # a file in the place of a folder is told below
            path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError_(
            f"{path} is there already", "Name another file: --out FILE. Nothing is overwritten."
        ) from None
    except OSError as problem:
        raise UsageError_(f"{path} cannot be written: {problem.strerror}", "Name another file: --out FILE.") from None
