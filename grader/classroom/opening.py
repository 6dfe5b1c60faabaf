"""The beginning of a run: a class is begun or gone on with, and is the same class then."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.classroom.found import find
from grader.classroom.index import read_index
from grader.classroom.journal import Journal
from grader.classroom.people import HandIn
from grader.classroom.policy_file import parse_policy, read_policy, strangers
from grader.domain.errors import UsageError_
from grader.given.names import key
from grader.given.roster import Student, read_roster
from grader.intake.names import shown

_WORDS = {"assignment": "of the module", "how": "graded with"}
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Lists:
    """The files that an instructor gives: who is in the class, what was handed in when, and the rules."""

    roster: Path | None = None
    index: Path | None = None
    policy: Path | None = None


def begin(journal: Journal, folder: Path, facts: Mapping[str, str], *, resume: bool) -> None:
    """Begins the class of these facts in the folder, or goes on with it.

    Raises:
        UsageError_: there is a class already, and it was not said to be resumed, or it is another one.
    """
    known = journal.facts()
    if not known or not journal.handed_in():
        journal.state(**facts)
        return
    if not resume:
        raise UsageError_(
            f"{folder} holds a class already", "Go on with it: --resume. Or name a new folder: --out DIR."
        )
    for name, value in facts.items():
        if known.get(name) != value:
            raise UsageError_(
                f"the class in {folder} is {_WORDS.get(name, name)} {known.get(name)}, and not {value}",
                "Say the same as at its beginning, or name a new folder: --out DIR.",
            )


def take_lists(journal: Journal, lists: Lists) -> tuple[str, ...]:
    """Keeps what the lists say in the journal; gives sentences on what may be a mistake in them.

    Without a list what was kept before holds.

    Raises:
        UsageError_: a list is wrong; nothing was kept then.
    """
    roster = None if lists.roster is None else read_roster(lists.roster)
    policy = None if lists.policy is None else read_policy(lists.policy)
    if roster is not None:
        journal.enrol(roster)
    if policy is not None:
        journal.state(policy=policy[0])
    rules = parse_policy(journal.facts().get("policy", ""), "the stored policy")
    students = {key(s.id): s.id for s in journal.students()}
    lost = strangers(rules, students) if students else ()
    return tuple(f"{shown(student)} has an extension, and is not in the roster." for student in lost)


def hand_ins(journal: Journal, submissions: Path, index: Path | None) -> tuple[HandIn, ...]:
    """What was handed in, under the ids of the roster.

    Raises:
        UsageError_: that is not clear, or the class was begun with an index, and there is none now.
    """
    students = journal.students()
    if index is None:
        if journal.facts().get("index"):
            raise UsageError_("the class was begun with an index of what was handed in", "Name it again: --index FILE.")
        return find(submissions, students)
    found = read_index(index, submissions)
    if missing := [shown(str(g.path.relative_to(submissions))) for g in found if not os.path.lexists(g.path)]:
        rest = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
        raise UsageError_(
            f"{index} names what is not in {submissions}: {', '.join(missing[:_MOST_NAMED])}{rest}",
            "Mend its column `path`, or take these lines away: nobody is told that their work could not be taken in.",
        )
    journal.state(index="given")
    ids = {key(s.id): s.id for s in students}
    return tuple(replace(g, student=ids.setdefault(key(g.student), g.student)) for g in found)


def unplaced(students: tuple[Student, ...], given: tuple[HandIn, ...]) -> tuple[str, ...]:
    """Sentences on who handed in without being in the roster: a name that was written otherwise, most likely."""
    if not students:
        return ()
    known = {key(s.id) for s in students}
    names = sorted({shown(g.student) for g in given if key(g.student) not in known})
    if not names:
        return ()
    rest = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return (f"Not in the roster: {', '.join(names[:_MOST_NAMED])}{rest}. They are graded, and left out of exports.",)
