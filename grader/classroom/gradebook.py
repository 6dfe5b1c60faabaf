"""The gradebook: of everybody in the class the score that holds, and how it came about."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Literal

from grader.classroom.judging import Standing, judged, of_student
from grader.classroom.people import Decision
from grader.classroom.policy import Policy, plain
from grader.classroom.records import Entry
from grader.domain.result import Result
from grader.given.names import key
from grader.given.roster import Student
from grader.pipeline import Assignment

GradeStatus = Literal["graded", "not graded", "not taken in", "not handed in", "waiting"]
_NOT_FOUND = "Nothing was handed in."
_PENDING = "It has not been graded yet: grader class … --resume"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt with what it is worth: ``raw`` points of ``max_score``, less the ``penalty`` for being ``late``.

    ``raw`` is ``None`` where there is no grade; ``reason`` then says why.
    """

    number: int
    status: GradeStatus
    submitted_at: str = ""
    raw: Decimal | None = None
    max_score: int = 0
    late: timedelta = timedelta()
    penalty: Decimal = Decimal(0)
    met: bool = False
    official: bool = False
    reason: str = ""

    @property
    def score(self) -> Decimal | None:
        """What it is worth in the end."""
        return None if self.raw is None else self.raw - self.penalty


@dataclass(frozen=True, slots=True)
class Grade:
    """A row of the gradebook.

    ``score`` is ``None`` where there is no grade: never a zero. ``attempt`` is the one that counts, of ``attempts``.
    ``override`` stands in the place of what was measured; ``notes`` say in sentences what else there is to know.
    """

    student: Student
    status: GradeStatus
    score: Decimal | None
    max_score: int
    attempt: Attempt
    attempts: int
    override: Decision | None = None
    judgements: tuple[Decision, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """How grades come about: by what assignment, rules and decisions.

    ``seen`` is called with the result of each hand-in that has one.
    """

    assignment: Assignment
    policy: Policy
    decisions: Standing
    seen: Callable[[Entry, Result], None] = lambda entry, result: None

    def grades(self, students: Sequence[Student], entries: Iterable[Entry]) -> Iterator[Grade]:
        """A row for everybody in the class, and for everybody else who handed in, by id.

        Without a roster all who handed in are in the class.
        ``entries`` come by student. The evidence of one at a time is in memory.
        """
        enrolled = {key(s.id): s for s in students}
        found = []
        for student, own in groupby(entries, lambda entry: entry.student):
            who = enrolled.pop(key(student), None) or Student(student, enrolled=not students)
            found.append(self._grade(who, tuple(self._attempt(who, entry) for entry in own)))
        found += [self._grade(who, ()) for who in enrolled.values()]
        yield from sorted(found, key=lambda grade: grade.student.id)

    def _attempt(self, student: Student, entry: Entry) -> Attempt:
        shown = Attempt(entry.attempt, "waiting", entry.submitted_at or "", reason=_PENDING)
        if entry.outcome == "refused":
            return replace(shown, status="not taken in", reason=f"{entry.message}. {entry.hint}")
        if entry.outcome == "errored":
            return replace(shown, status="not graded", reason=f"{entry.message}. {entry.hint}")
        if entry.measured is None:
            return shown
        result = judged(entry.measured, self.assignment, of_student(self.decisions, student.id))
        self.seen(entry, result)
        return self._scored(student, shown, result)

    def _scored(self, student: Student, shown: Attempt, result: Result) -> Attempt:
        known = replace(shown, max_score=result.max_score, official=result.provenance.official)
        if not result.graded:
            ids = ", ".join(s.id for s in result.scored if s.status == "errored")
            return replace(known, status="not graded", reason=f"Could not be measured: {ids}." if ids else "")
        at = datetime.fromisoformat(shown.submitted_at) if shown.submitted_at else None
        late = self.policy.lateness(key(student.id), at)
        raw = Decimal(result.score)
        penalty = self.policy.penalty(late, raw, Decimal(result.max_score))
        return replace(known, status="graded", raw=raw, late=late, penalty=penalty, met=result.met, reason="")

    def _grade(self, student: Student, attempts: tuple[Attempt, ...]) -> Grade:
        allowed = self.policy.counted(a.number for a in attempts)
        counting = tuple(a for a in attempts if a.number in allowed)
        chosen = self._chosen(counting)
        decisions = of_student(self.decisions, student.id)
        grade = Grade(
            student,
            chosen.status,
            chosen.score,
            chosen.max_score or self._full_marks(),
            chosen,
            len(attempts),
            next((d for d in decisions if d.kind == "override"), None),
            tuple(d for d in decisions if d.kind == "judgement"),
            tuple(self._notes(student, chosen, attempts, counting)),
        )
        if grade.override is None:
            return grade
        return replace(grade, status="graded", score=Decimal(grade.override.value))

    def _chosen(self, counting: tuple[Attempt, ...]) -> Attempt:
        """The attempt that counts; of several that are worth the same the first."""
        if not counting:
            return Attempt(0, "not handed in", reason=_NOT_FOUND)
        graded = [a for a in counting if a.score is not None]
        if self.policy.count == "latest" or not graded:
            return counting[-1]
        return max(graded, key=lambda a: (a.score or Decimal(0), -a.number))

    def _full_marks(self) -> int:
        module = self.assignment.module
        return sum(c.points for c in module.criteria) + sum(g.points for g in module.gates)

    def _notes(
        self, student: Student, chosen: Attempt, attempts: tuple[Attempt, ...], counting: tuple[Attempt, ...]
    ) -> Iterator[str]:
        if not student.enrolled:
            yield "Not in the roster."
        if len(counting) < len(attempts):
            yield f"{len(attempts)} attempts, of which the first {len(counting)} may count."
        if waiting := [str(a.number) for a in counting if a.raw is None and a is not chosen]:
            yield f"Without a grade: attempt {', '.join(waiting)}."
        if chosen.late and chosen.raw is not None:
            yield f"{_hours(chosen.late)} late: {plain(chosen.penalty)} points less."
        if self.policy.deadline_of(key(student.id)) is not None and chosen.number and not chosen.submitted_at:
            yield "When it was handed in is not known: it counts as in time."
        if chosen.raw is not None and not chosen.official:
            yield "Not official."


def _hours(late: timedelta) -> str:
    minutes = -(-late // timedelta(minutes=1))
    return f"{minutes // 60} h {minutes % 60:02d} min"
