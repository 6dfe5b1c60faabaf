"""Grades every state and every mutant, and keeps what came of it in the ledger."""

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from grader.course.build import graded_modules
from grader.course.fingerprint import grader_fingerprint
from grader.course.gradings import graded, together
from grader.course.ledger import (
    Entry,
    Outcome,
    entries,
    read_checks,
    read_ledger,
    uncaught,
    write_checks,
    write_ledger,
)
from grader.course.manifest import Course
from grader.course.stale import Known, Part, joined, of_this_entry, stale_part
from grader.domain.errors import UsageError_
from grader.domain.progress import Progress


@dataclass(frozen=True, slots=True)
class Wrong:
    """An entry that did not come out as it has to."""

    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The whole ledger, judged: ``total`` entries, of which ``graded`` were graded now.

    ``older`` were graded by a grader whose code was another, and not since.
    """

    total: int
    graded: int
    wrong: tuple[Wrong, ...]
    older: int = 0


def prove(
    course: Course,
    *,
    state_dir: Path,
    progress: Callable[[Progress], None],
    only: int | None = None,
    jobs: int = 2,
    anew: bool = False,
    older: bool = False,
    names: tuple[str, ...] = (),
) -> Proof:
    """Grade what changed since the ledger, ``jobs`` at a time, and write the ledger after each.

    Where nothing but checks changed, only those that the change reaches are run again.
    With ``older`` also what was graded by a grader whose code was another; with ``anew`` everything; with ``names``
    what they name and nothing else (``named``), whether it changed or not.
    It can be interrupted at any time, and goes on from there when it is run again. Entries of what is no longer in the
    course are dropped.

    Raises:
        UsageError_: a name is of nothing in the course.
        CourseError: a mutant does not fit, or a mark or a manifest is wrong.
        SandboxError, EnvironmentError_: this machine cannot grade; what was graded before stays in the ledger.
    """
    progress(Progress("Projecting every state and mutant"))
    wanted = list(entries(course, only=only))
    chosen = named(wanted, names)
    outcomes, known = dict(read_ledger(course)), read_checks(course)
    for gone in superfluous(course, wanted, outcomes, only):
        del outcomes[gone]
    for entry in wanted:
        known[entry.checks.key] = dict(entry.checks.criteria)
        if (found := outcomes.get(entry.name)) is not None and is_current(entry, found):
            outcomes[entry.name] = of_this_entry(entry, found)
    due = [e for e in chosen if anew or names or _is_due(e, outcomes.get(e.name), older)]
    parts = {e.name: None if anew or names else _part(e, outcomes.get(e.name), known, older) for e in due}
    _write(course, outcomes, known)
    began = time.monotonic()
    grouped = () if anew or names else together(course, wanted, due, outcomes, parts)
    with closing(graded(course, due, state_dir, jobs, parts, grouped)) as coming:
        for done, (entry, outcome) in enumerate(coming, 1):
            part = parts[entry.name]
            if part is not None:
                before = outcomes.get(entry.name) or Outcome("", 0, grader=grader_fingerprint())
                outcome = joined(entry, before, part, outcome)
            outcomes[entry.name] = outcome
            _write(course, outcomes, known)
            left_s = (time.monotonic() - began) / done * (len(due) - done)
            progress(Progress(f"Proved {entry.name}, {_about(left_s)}", done, len(due)))
    left = len(by_older_grader(chosen, outcomes))
    missing = () if names else unproved(course, only)
    return Proof(len(chosen), len(due), (*missing, *judge(chosen, outcomes)), left)


def _write(course: Course, outcomes: Mapping[str, Outcome], known: Known) -> None:
    """What outcomes rest on first: without it they would be graded as a whole."""
    write_checks(course, known, outcomes)
    write_ledger(course, outcomes)


def _part(entry: Entry, outcome: Outcome | None, known: Known, older: bool) -> Part | None:
    """The checks to be run again; ``None`` for all of them, as where ``older`` graders do not count."""
    if outcome is None or is_current(entry, outcome):  # it is due for another reason than the checks
        return None
    if older and outcome.grader != grader_fingerprint():
        return None
    return stale_part(entry, outcome, known)


def named(wanted: Sequence[Entry], names: tuple[str, ...]) -> tuple[Entry, ...]:
    """The entries of these names, all for none.

    A name is an entry's (``02/mutant/forgets``), the last part of one (``forgets``), or a criterion's: its states, and
    the mutants that must or may fail it.

    Raises:
        UsageError_: a name is of none of these.
    """
    chosen = {name: [e for e in wanted if _is_of(e, name)] for name in names}
    for name, found in chosen.items():
        if not found:
            known = {e.name.rpartition("/")[2] for e in wanted} | {c.id for e in wanted for c in e.module.criteria}
            near = ", ".join(get_close_matches(name, sorted(known), n=3))
            hint = f"Did you mean {near}?" if near else "Name an entry of modules/ledger.json, or a criterion."
            raise UsageError_(f"there is no mutant, state or criterion {name}", hint)
    kept = {e.name for found in chosen.values() for e in found}
    return tuple(e for e in wanted if not names or e.name in kept)


def _is_of(entry: Entry, name: str) -> bool:
    if name in (entry.name, entry.name.rpartition("/")[2]):
        return True
    if entry.kind == "mutant":
        return name in entry.must_fail + entry.may_fail
    return entry.kind != "earlier" and name in {c.id for c in entry.module.criteria}


def _about(seconds: float) -> str:
    if seconds < 90:
        return f"about {round(seconds / 10 + 0.5) * 10} s left" if seconds else "the last"
    return f"about {round(seconds / 60)} min left"


def unproved(course: Course, only: int | None) -> tuple[Wrong, ...]:
    """The modules with criteria that no mutant fails."""
    modules = [m for m in graded_modules(course, only=only) if only in (None, m.number)]
    found = [(module, uncaught(course, module)) for module in modules]
    return tuple(Wrong(f"{m.number:02d}/mutant", f"no mutant fails {', '.join(ids)}") for m, ids in found if ids)


def superfluous(course: Course, wanted: Iterable[Entry], outcomes: Iterable[str], only: int | None) -> list[str]:
    """Names in the ledger that no state or mutant of these modules has any more; what was proved of a draft stays."""
    names = {e.name for e in wanted}
    drafts = {f"{m.number:02d}" for m in course.modules if m.draft}

    def is_looked_at(name: str) -> bool:
        number = name.partition("/")[0]
        return number not in drafts if only is None else number == f"{only:02d}"

    return [n for n in outcomes if n not in names and is_looked_at(n)]


def is_current(entry: Entry, outcome: Outcome | None) -> bool:
    """Whether the outcome is of this very entry. One that could not be measured never is."""
    return outcome is not None and outcome.key == entry.key and not outcome.errored


def by_older_grader(wanted: Iterable[Entry], outcomes: Mapping[str, Outcome]) -> tuple[Entry, ...]:
    """The entries that are current, but were graded by a grader whose code was another."""
    return tuple(e for e in wanted if not _is_due(e, o := outcomes.get(e.name), False) and _is_due(e, o, True))


def _is_due(entry: Entry, outcome: Outcome | None, older: bool) -> bool:
    if outcome is None or not is_current(entry, outcome):
        return True
    return older and outcome.grader != grader_fingerprint()


def judge(wanted: Iterable[Entry], outcomes: Mapping[str, Outcome]) -> tuple[Wrong, ...]:
    """The entries that are missing, out of date, or did not come out as they have to."""
    wrong = []
    for entry in wanted:
        outcome = outcomes.get(entry.name)
        current = outcome is not None and outcome.key == entry.key
        problem = entry.problem(outcome) if outcome and current else "not proved since it changed: grader course prove"
        if problem:
            wrong.append(Wrong(entry.name, problem))
    return tuple(wrong)


def draw(wanted: Iterable[Entry], count: int, seed: int) -> list[Entry]:
    """``count`` entries, drawn by the seed."""
    pool = sorted(wanted, key=lambda e: e.name)
    return random.Random(seed).sample(pool, min(count, len(pool)))


def regrade(course: Course, chosen: list[Entry], *, state_dir: Path, jobs: int = 2) -> dict[str, Outcome]:
    """Grade these entries now; the ledger is neither read nor written."""
    with closing(graded(course, chosen, state_dir, jobs)) as coming:
        return {entry.name: outcome for entry, outcome in coming}
