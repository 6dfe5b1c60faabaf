"""Writes one export of a class: a file with everybody in it, or a folder with a file for each student."""

from dataclasses import replace
from pathlib import Path

from grader.classroom.classroom50 import Bucket, scores
from grader.classroom.exports import EXPORTS, Export
from grader.classroom.files import folder_name, write
from grader.classroom.gradebook import Book, Grade
from grader.classroom.journal import Journal
from grader.classroom.judging import standing
from grader.classroom.policy import plain
from grader.classroom.records import Entry
from grader.classroom.scoring import policy_of
from grader.domain.result import Result
from grader.domain.text import one_line
from grader.given.names import key
from grader.pipeline import Assignment
from grader.report import REPORTS, for_learners
from grader.report.gradescope import whole


def exported(
    journal: Journal, assignment: Assignment, name: str, folder: Path, title: str | None, place: Bucket | None = None
) -> tuple[Path, tuple[str, ...]]:
    """Where it was written, and sentences on who is not in it. ``place`` is where scores for Classroom 50 go.

    All of it is of one moment, even while a run is at work on the class.

    Raises:
        EnvironmentError_: it cannot be written.
    """
    with journal.snapshot():
        if place is not None:
            export = _official(journal, assignment, place)
            return write(folder, export.file_name, export.text), export.notes
        return _exported(journal, assignment, name, folder, title)


def _exported(
    journal: Journal, assignment: Assignment, name: str, folder: Path, title: str | None
) -> tuple[Path, tuple[str, ...]]:
    book = Book(assignment, policy_of(journal), standing(journal.decisions()))
    heading = title or f"{assignment.module.number:02d} {assignment.module.title}"
    if name in EXPORTS:
        export = EXPORTS[name](tuple(book.grades(journal.students(), journal.entries())), heading)
        return write(folder, export.file_name, export.text), export.notes
    grades = tuple(book.grades(journal.students(), journal.entries()))
    counting = {(key(g.student.id), g.attempt.number): g for g in grades}
    each = _Each(folder / name, name, counting)
    ids = {grade.student.id for grade in grades}
    for _ in Book(assignment, book.policy, book.decisions, each.write).grades(journal.students(), journal.entries()):
        pass
    missing = sorted(ids - each.done)
    return folder / name, tuple(f"{one_line(who)} is not there: nothing of theirs was measured." for who in missing)


def _official(journal: Journal, assignment: Assignment, place: Bucket) -> Export:
    """Each grade with the result of the attempt that counts, of which no more than what an entry holds is kept."""
    results: dict[tuple[str, int], Result] = {}

    def seen(entry: Entry, result: Result) -> None:
        criteria = tuple(replace(c, observations=c.observations[:1]) for c in for_learners(result).criteria)
        results[key(entry.student), entry.attempt] = replace(result, criteria=criteria, artefacts=())

    book = Book(assignment, policy_of(journal), standing(journal.decisions()), seen)
    grades = tuple(book.grades(journal.students(), journal.entries()))
    changed = {key(scored.student): scored.at for scored in journal.scores()}
    return scores([(g, results.get((key(g.student.id), g.attempt.number))) for g in grades], place, changed)


class _Each:
    """Writes the file of each student, of the attempt that counts."""

    def __init__(self, folder: Path, name: str, counting: dict[tuple[str, int], Grade]) -> None:
        self._folder, self._name, self._counting = folder, name, counting
        self.done: set[str] = set()

    def write(self, entry: Entry, result: Result) -> None:
        """The file of one attempt, if it is the one."""
        grade = self._counting.get((key(entry.student), entry.attempt))
        if grade is None:
            return
        self.done.add(grade.student.id)
        write(self._folder / folder_name(grade.student.id), "results.json", self._text(grade, result))

    def _text(self, grade: Grade, result: Result) -> str:
        if self._name != "gradescope":
            return REPORTS[self._name].render(result)
        score = None if grade.score is None else float(grade.score)
        notes = [f"Late: {plain(grade.attempt.penalty)} points less."] if grade.attempt.penalty else []
        notes += [f"Score set by {grade.override.author}: {grade.override.reason}"] if grade.override else []
        return whole(result, score, tuple(notes))
