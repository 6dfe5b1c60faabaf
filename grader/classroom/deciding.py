"""Writes a person's decision down, once it is clear what it is about."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from grader.classroom.journal import Journal
from grader.classroom.judging import standing
from grader.classroom.people import Decision
from grader.classroom.policy import plain
from grader.domain.course import Module
from grader.domain.errors import UsageError_
from grader.given.names import key
from grader.intake.names import shown


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it was asked for: a ``criterion`` with its ``verdict``, or a ``score``; or what is withdrawn."""

    student: str
    criterion: str | None
    verdict: Literal["passed", "failed"] | None
    score: Decimal | None
    withdraw: bool
    reason: str
    author: str
    at: str


def decide(journal: Journal, module: Module, asked: Decided) -> Decision:
    """The decision, written to the journal under the student's id.

    Raises:
        UsageError_: it is not clear what is decided, or about whom; there is no reason; nothing is to be withdrawn.
    """
    if not asked.reason:
        raise UsageError_("a decision needs a reason", "Say why: --reason TEXT. The learner reads it.")
    decision = _judgement(module, asked) if asked.criterion else _override(module, asked)
    decision = Decision(
        _student(journal, asked.student),
        decision.kind,
        decision.target,
        decision.value,
        asked.reason,
        asked.author,
        asked.at,
        asked.withdraw,
    )
    if asked.withdraw and (key(decision.student), decision.kind, decision.target) not in standing(journal.decisions()):
        raise UsageError_("there is no such decision to withdraw", "See the gradebook for those that hold.")
    journal.decide(decision)
    return decision


def _judgement(module: Module, asked: Decided) -> Decision:
    known = [c.id for c in module.criteria]
    if asked.criterion not in known:
        raise UsageError_(f"there is no criterion {shown(asked.criterion or '')}", f"It has: {', '.join(known)}.")
    if asked.score is not None or (asked.verdict is None) != asked.withdraw:
        raise UsageError_(
            "it is not clear what the criterion is judged to be", "Say --as passed, --as failed, or --withdraw."
        )
    return Decision("", "judgement", asked.criterion or "", asked.verdict or "", "", "", "")


def _override(module: Module, asked: Decided) -> Decision:
    if asked.verdict is not None or (asked.score is None) != asked.withdraw:
        raise UsageError_(
            "it is not clear what is decided", "Say --criterion ID --as passed, --score POINTS, or --withdraw."
        )
    most = sum(c.points for c in module.criteria) + sum(g.points for g in module.gates)
    if asked.score is not None and not 0 <= asked.score <= most:
        raise UsageError_(f"{shown(str(asked.score))} points cannot be had", f"A score is between 0 and {most}.")
    return Decision("", "override", "", "" if asked.score is None else plain(asked.score), "", "", "")


def _student(journal: Journal, name: str) -> str:
    known = {key(s.id): s.id for s in journal.students()}
    known |= {key(student): student for student in journal.handed_in() if key(student) not in known}
    if key(name) not in known:
        raise UsageError_(f"nobody in the class is called {shown(name)}", "Write the id as it is in the gradebook.")
    return known[key(name)]
