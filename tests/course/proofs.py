"""Ledgers of the tiny course in which everything came out as it has to, and a proof of it."""

from pathlib import Path

from grader.course import Course, prove
from grader.course.fingerprint import grader_fingerprint
from grader.course.ledger import Entry, Outcome, entries
from grader.domain.progress import Progress

ALL = ("one.base", "one.guard")
PASSED = Outcome("", 100)
CAUGHT = Outcome("", 0, failed=ALL)
RIGHT = {"starter": CAUGHT, "solution": PASSED, "earlier": PASSED, "mutant": CAUGHT}


def entry(course: Course, name: str) -> Entry:
    return next(e for e in entries(course) if e.name == name)


def right(course: Course) -> dict[str, Outcome]:
    """A ledger in which everything came out as it has to."""
    grader = grader_fingerprint()
    scores = {"solution": 100, "earlier": 100}
    return {e.name: Outcome(e.key, scores.get(e.kind, 0), failed_in(e), grader=grader) for e in entries(course)}


def failed_in(each: Entry) -> tuple[str, ...]:
    return () if each.kind in ("solution", "earlier") else tuple(c.id for c in each.module.criteria if not c.manual)


def silent(step: Progress) -> None:
    """Nobody watches."""


def run(course: Course, tmp_path: Path, **options: object) -> prove.Proof:
    """A proof that nobody watches."""
    return prove.prove(course, state_dir=tmp_path, progress=silent, **options)  # type: ignore[arg-type]
