"""Scores stored evidence by the points, rules and decisions of today, and keeps in sight what that changed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from grader.classroom.gradebook import Book, Grade
from grader.classroom.journal import Journal
from grader.classroom.judging import standing
from grader.classroom.policy import Policy, plain
from grader.classroom.policy_file import parse_policy
from grader.classroom.records import Entry, Scored
from grader.domain.result import Result
from grader.given.names import key
from grader.pipeline import Assignment

_NO_OTHER: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Moved:
    """A score that changed, as texts; "" for one that there was not, or is no longer."""

    student: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Scoring:
    """The grades as they are now, and those that changed since they were last scored."""

    grades: tuple[Grade, ...]
    moved: tuple[Moved, ...]


def score_class(
    journal: Journal,
    assignment: Assignment,
    *,
    why: str,
    author: str,
    seen: Callable[[Entry, Result], None] = lambda entry, result: None,
    other: Mapping[str, str] = _NO_OTHER,
) -> Scoring:
    """Scores the whole class from its journal, measures nothing, and writes down the scores that changed and why.

    ``other`` has reasons of their own, by the keys of students' ids; ``why`` is that of everybody else.
    ``seen`` is called with the result of every attempt that has one.

    Raises:
        CourseError: the evidence does not fit the assignment.
    """
    book = Book(assignment, policy_of(journal), standing(journal.decisions()), seen)
    grades = tuple(book.grades(journal.students(), journal.entries()))
    last = {key(scored.student): scored for scored in journal.scores()}
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    scores = _scored(grades, why, other, author, at)
    new = [scored for scored in scores if _differs(last.get(key(scored.student)), scored)]
    journal.note_scores(new)
    moved = [Moved(s.student, last[key(s.student)].score, s.score) for s in new if key(s.student) in last]
    return Scoring(grades, tuple(m for m in moved if m.before != m.now))


def differences(before: Journal, now: Journal) -> tuple[Moved, ...]:
    """The scores that are others in a second run of a class, by student; "" where one of them has none."""
    old, new = ({key(s.student): s for s in journal.scores()} for journal in (before, now))
    ids = {name: scored.student for name, scored in (*old.items(), *new.items())}
    pairs = ((ids[name], _score(old.get(name)), _score(new.get(name))) for name in sorted(ids))
    return tuple(Moved(student, left, right) for student, left, right in pairs if left != right)


def _score(scored: Scored | None) -> str:
    return "" if scored is None else scored.score


def policy_of(journal: Journal) -> Policy:
    """The rules that were last laid down for the class; none if none were."""
    text = journal.facts().get("policy", "")
    return parse_policy(text, "the stored policy") if text else Policy()


def _scored(grades: Iterable[Grade], why: str, other: Mapping[str, str], author: str, at: str) -> Iterable[Scored]:
    for grade in grades:
        score = "" if grade.score is None else plain(grade.score)
        reason = other.get(key(grade.student.id), why)
        yield Scored(grade.student.id, score, grade.status, reason, author, at)


def _differs(last: Scored | None, now: Scored) -> bool:
    return last is None or (last.score, last.status) != (now.score, now.status)
