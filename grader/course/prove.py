"""Grades every state and every mutant, and keeps what came of it in the ledger."""

import random
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from grader.course.assignments import assign
from grader.course.build import graded_modules
from grader.course.fingerprint import grader_fingerprint
from grader.course.ledger import Entry, Outcome, entries, outcome_of, read_ledger, uncaught, write_ledger
from grader.course.manifest import Course
from grader.course.projection import write_tree
from grader.domain.progress import Progress
from grader.pipeline import Options, grade

# One seed for all: a mutant that is caught by luck only would otherwise come and go.
SEED = 20_260_101


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
) -> Proof:
    """Grade what changed since the ledger, ``jobs`` at a time, and write the ledger after each.

    With ``older`` also what was graded by a grader whose code was another; with ``anew`` everything.
    It can be interrupted at any time, and goes on from there when it is run again. Entries of what is no longer in the
    course are dropped.

    Raises:
        CourseError: a mutant does not fit, or a mark or a manifest is wrong.
        SandboxError, EnvironmentError_: this machine cannot grade; what was graded before stays in the ledger.
    """
    progress(Progress("Projecting every state and mutant"))
    wanted = list(entries(course, only=only))
    outcomes = dict(read_ledger(course))
    for gone in superfluous(wanted, outcomes, only):
        del outcomes[gone]
    write_ledger(course, outcomes)
    due = [e for e in wanted if anew or _is_due(e, outcomes.get(e.name), older)]
    with closing(_graded(course, due, state_dir, jobs)) as graded:
        for done, (entry, outcome) in enumerate(graded, 1):
            outcomes[entry.name] = outcome
            write_ledger(course, outcomes)
            progress(Progress(f"Proved {entry.name}", done, len(due)))
    left = len(by_older_grader(wanted, outcomes))
    return Proof(len(wanted), len(due), (*unproved(course, only), *judge(wanted, outcomes)), left)


def unproved(course: Course, only: int | None) -> tuple[Wrong, ...]:
    """The modules with criteria that no mutant fails."""
    modules = [m for m in graded_modules(course) if only in (None, m.number)]
    found = [(module, uncaught(course, module)) for module in modules]
    return tuple(Wrong(f"{m.number:02d}/mutant", f"no mutant fails {', '.join(ids)}") for m, ids in found if ids)


def superfluous(wanted: Iterable[Entry], outcomes: Iterable[str], only: int | None) -> list[str]:
    """Names in the ledger that no state or mutant of these modules has any more."""
    names = {e.name for e in wanted}
    return [n for n in outcomes if n not in names and (only is None or n.startswith(f"{only:02d}/"))]


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
    with closing(_graded(course, chosen, state_dir, jobs)) as graded:
        return {entry.name: outcome for entry, outcome in graded}


def _graded(course: Course, due: list[Entry], state_dir: Path, jobs: int) -> Generator[tuple[Entry, Outcome]]:
    """The outcomes as they come. If it is closed early, what has begun is waited for and the rest never begins."""
    with tempfile.TemporaryDirectory(prefix="track-prove-") as name, ThreadPoolExecutor(jobs) as pool:
        room = Path(name)
        room.chmod(0o711)
        tasks = {pool.submit(_grade, course, entry, room / str(n), state_dir): entry for n, entry in enumerate(due)}
        try:
            for task in as_completed(tasks):
                yield tasks[task], task.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _grade(course: Course, entry: Entry, room: Path, state_dir: Path) -> Outcome:
    submission = write_tree(entry.tree, room / "submission")
    room.chmod(0o711)  # the sandbox's own user passes through, and may not list
    found = assign(course, entry.module.number, room)
    assignment = replace(found, module=found.module.counting())
    result = grade(submission, assignment, Options(state_dir, seed=SEED), progress=lambda step: None)
    shutil.rmtree(room, ignore_errors=True)
    return outcome_of(entry.key, result)
