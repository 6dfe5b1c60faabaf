"""Appeals of a class: whose work one is of, what was decided, and whose score moved because of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from grader.classroom.journal import Journal
from grader.classroom.records import Appealed, Entry, Scored
from grader.domain.errors import UsageError_
from grader.given.names import key
from grader.intake.names import shown


@dataclass(frozen=True, slots=True)
class Changed:
    """A score that became another: "" for one that there was not, or is no longer. ``at`` is UTC in ISO 8601."""

    student: str
    before: str
    now: str
    why: str
    author: str
    at: str


@dataclass(frozen=True, slots=True)
class Round:
    """The scores that changed at one time for one reason."""

    why: str
    author: str
    at: str
    moved: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """An appeal with the decision that holds, and the scores that moved because of it."""

    decision: Appealed
    moved: tuple[Changed, ...]


def changes(scores: Iterable[Scored]) -> tuple[Changed, ...]:
    """The scores that became others, in their order; the first score of somebody is no change."""
    last: dict[str, str] = {}
    found = []
    for one in scores:
        before = last.get(key(one.student))
        if before is not None and before != one.score:
            found.append(Changed(one.student, before, one.score, one.why, one.author, one.at))
        last[key(one.student)] = one.score
    return tuple(found)


def rounds(moved: Iterable[Changed]) -> tuple[Round, ...]:
    """The changes, in their order, by when, by whom and why they were made."""
    by = groupby(moved, lambda one: (one.why, one.author, one.at))
    return tuple(Round(*of, tuple(each)) for of, each in by)


def effects(appeals: Iterable[Appealed], moved: Sequence[Changed]) -> tuple[Effect, ...]:
    """Each appeal once, in the order in which they were first decided. A change is of the appeal that it names."""
    holding: dict[str, Appealed] = {}
    for one in appeals:
        holding[one.appeal] = one
    return tuple(Effect(one, tuple(m for m in moved if f"appeal {one.appeal}" in m.why)) for one in holding.values())


def of_work(journal: Journal, tree_hash: str) -> tuple[Entry, ...]:
    """The attempts whose work is this tree, as the class's own grading knows them."""
    with_it = (entry for entry in journal.entries() if entry.measured is not None)
    return tuple(e for e in with_it if e.measured is not None and e.measured.provenance.tree_hash == tree_hash)


def accepted(journal: Journal, name: str) -> Appealed:
    """The accepted appeal of this id.

    Raises:
        UsageError_: there is none in the class, or it was rejected.
    """
    made = {one.appeal: one for one in journal.appeals()}
    if name not in made:
        known = ", ".join(a.appeal for a in made.values() if a.verdict == "accepted") or "none"
        raise UsageError_(
            f"no appeal {shown(name)} was decided in this class",
            f"Accepted: {known}. Decide about one: grader appeal accept FILE --class DIR.",
        )
    if made[name].verdict != "accepted":
        raise UsageError_(f"the appeal {name} was rejected", "Decide anew, if it should count: grader appeal accept.")
    return made[name]
