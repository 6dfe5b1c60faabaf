"""What the commands of a class share: its assignment, its gradebook, and who is at work."""

import getpass
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import click

from grader.classroom import page
from grader.classroom.appeals import changes, effects, rounds
from grader.classroom.exports import gradebook
from grader.classroom.feedback import Feedback
from grader.classroom.files import write
from grader.classroom.gradebook import Book, Grade
from grader.classroom.journal import Journal
from grader.classroom.judging import judged, of_student, standing
from grader.classroom.overview import Collector, overview
from grader.classroom.records import Scored
from grader.classroom.scoring import Moved, Scoring, policy_of, score_class
from grader.classroom.similar.findings import stored
from grader.cli.console import err, escape, out
from grader.course import assign, load_course
from grader.domain.errors import UsageError_
from grader.domain.progress import Progress
from grader.pipeline import Assignment

folder_argument = click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
author_option = click.option("--author", help="Who decides, for the record [the user's name].")
_MOST_NAMED = 20


def author(given: str | None) -> str:
    """The name for the record."""
    if given and given.strip():
        return " ".join(given.split())
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # in a container a user may have no name
        raise UsageError_("it is not clear who decides", "Say so: --author NAME.") from None


def class_assignment(course_dir: Path, journal: Journal) -> Assignment:
    """What the class is graded against, as the course has it today.

    Raises:
        UsageError_: the course has no such module.
    """
    slug = journal.facts().get("assignment", "")
    course = load_course(course_dir)
    number = next((m.number for m in course.modules if m.slug == slug), None)
    if number is None:
        raise UsageError_(f"this course has no module {slug!r}, which the class is of", "Name its own: --course DIR.")
    return assign(course, number, course_dir)  # nothing is measured, so no control is made there


def rescored(
    journal: Journal,
    folder: Path,
    assignment: Assignment,
    *,
    why: str,
    who: str,
    other: Mapping[str, str] | None = None,
) -> Scoring:
    """Scores the class, and writes the gradebook and the page of the class. ``other`` is as ``score_class`` has it."""
    collector = Collector()
    scoring = score_class(journal, assignment, why=why, author=who, seen=collector.see, other=other or {})
    export = gradebook(scoring.grades, assignment.module.title)
    path = write(folder, export.file_name, export.text)
    page_path = _write_page(journal, folder, assignment, scoring.grades, collector)
    show_moved(scoring.moved)
    show_open(scoring)
    out.print(f"Wrote {path} and {page_path}.", markup=False, soft_wrap=True)
    return scoring


def write_page(journal: Journal, folder: Path, assignment: Assignment) -> Path:
    """Writes the page of the class alone, with the scores that stand: nothing is noted."""
    collector = Collector()
    book = Book(assignment, policy_of(journal), standing(journal.decisions()), collector.see)
    grades = tuple(book.grades(journal.students(), journal.entries()))
    return _write_page(journal, folder, assignment, grades, collector)


def _write_page(
    journal: Journal, folder: Path, assignment: Assignment, grades: Sequence[Grade], collector: Collector
) -> Path:
    moved = changes(journal.scores())
    appeals = effects(journal.appeals(), moved)
    shown = overview(assignment.module, grades, collector.seen, appeals, rounds(moved))
    found = stored(folder)
    if found is not None and found.assignment != assignment.module.slug:
        found = None
    return write(folder, page.FILE_NAME, page.render(shown, found))


def write_feedback(journal: Journal, folder: Path, assignment: Assignment, show: Callable[[Progress], None]) -> None:
    """Writes the feedback of all attempts, where it is not there as it is now."""
    feedback, holding, total = Feedback(folder, tell), standing(journal.decisions()), journal.count()
    for done, entry in enumerate(journal.entries(), 1):
        if entry.measured is not None:
            own = of_student(holding, entry.student)
            feedback.write(entry, judged(entry.measured, assignment, own))
        show(Progress("Writing what changed of the feedback", done, total))


def show_moved(all_moved: Sequence[Moved]) -> None:
    """The scores that are others now."""
    for moved in all_moved[:_MOST_NAMED]:
        line = f"{moved.student}: {moved.before or 'no grade'} → {moved.now or 'no grade'}"
        out.print(escape(line), soft_wrap=True)
    if len(all_moved) > _MOST_NAMED:
        out.print(f"and {len(all_moved) - _MOST_NAMED} more scores that changed.")


def show_open(scoring: Scoring) -> None:
    """Who handed in and has no grade, and why."""
    missing = [g for g in scoring.grades if g.status in ("not graded", "not taken in", "waiting")]
    for grade in missing[:_MOST_NAMED]:
        out.print(escape(f"{grade.student.id}: {grade.status}. {grade.attempt.reason}"), soft_wrap=True)
    if len(missing) > _MOST_NAMED:
        out.print(f"and {len(missing) - _MOST_NAMED} more without a grade: see the gradebook.")


def show_history(scores: Iterable[Scored]) -> None:
    """Who changed which score when, and why."""
    for s in scores:
        out.print(escape(f"{s.at}  {s.student}: {s.score or s.status}  ({s.author}: {s.why})"), soft_wrap=True)


def tell(text: str) -> None:
    """A sentence that is no result, on the other stream."""
    err.print(escape(text), soft_wrap=True)
