"""Grades every state and every mutant, and keeps what came of it in the ledger."""

import random
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from grader.course.assignments import assign
from grader.course.ledger import Entry, Outcome, entries, outcome_of, read_ledger, write_ledger
from grader.course.manifest import Course
from grader.course.mutants import Tree
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
    """The whole ledger, judged: ``total`` entries, of which ``graded`` were graded now."""

    total: int
    graded: int
    wrong: tuple[Wrong, ...]


def prove(
    course: Course,
    *,
    state_dir: Path,
    progress: Callable[[Progress], None],
    only: int | None = None,
    jobs: int = 2,
    anew: bool = False,
) -> Proof:
    """Grade what changed since the ledger (or everything), ``jobs`` at a time, and write the ledger after each.

    It can be interrupted at any time, and goes on from there when it is run again.
    """
    progress(Progress("Projecting every state and mutant"))
    wanted = list(entries(course, only=only))
    outcomes = dict(read_ledger(course))
    if only is None:
        outcomes = {e.name: outcomes[e.name] for e in wanted if e.name in outcomes}
    due = [e for e in wanted if anew or not is_current(e, outcomes.get(e.name))]
    for done, (entry, outcome) in enumerate(_graded(course, due, state_dir, jobs), 1):
        outcomes[entry.name] = outcome
        write_ledger(course, outcomes)
        progress(Progress(f"Proved {entry.name}", done, len(due)))
    return Proof(len(wanted), len(due), judge(wanted, outcomes))


def is_current(entry: Entry, outcome: Outcome | None) -> bool:
    """Whether the outcome is of this very entry. One that could not be measured never is."""
    return outcome is not None and outcome.key == entry.key and not outcome.errored


def judge(wanted: Iterable[Entry], outcomes: dict[str, Outcome]) -> tuple[Wrong, ...]:
    """The entries that are missing, out of date, or did not come out as they have to."""
    wrong = []
    for entry in wanted:
        outcome = outcomes.get(entry.name)
        current = outcome is not None and outcome.key == entry.key
        problem = entry.problem(outcome) if outcome and current else "not proved since it changed: grader course prove"
        if problem:
            wrong.append(Wrong(entry.name, problem))
    return tuple(wrong)


def sample(wanted: Iterable[Entry], count: int, seed: int) -> list[Entry]:
    """``count`` entries, drawn by the seed."""
    pool = sorted(wanted, key=lambda e: e.name)
    return random.Random(seed).sample(pool, min(count, len(pool)))


def regrade(course: Course, chosen: list[Entry], *, state_dir: Path, jobs: int = 2) -> dict[str, Outcome]:
    """Grade these entries now; the ledger is neither read nor written."""
    return {entry.name: outcome for entry, outcome in _graded(course, chosen, state_dir, jobs)}


def _graded(course: Course, due: list[Entry], state_dir: Path, jobs: int) -> Iterable[tuple[Entry, Outcome]]:
    with tempfile.TemporaryDirectory(prefix="track-prove-") as name, ThreadPoolExecutor(jobs) as pool:
        room = Path(name)
        room.chmod(0o711)
        tasks = {pool.submit(_grade, course, entry, room / str(n), state_dir): entry for n, entry in enumerate(due)}
        try:
            for task in as_completed(tasks):
                yield tasks[task], task.result()
        finally:
            for task in tasks:
                task.cancel()


def _grade(course: Course, entry: Entry, room: Path, state_dir: Path) -> Outcome:
    write_tree(entry.tree, room / "submission")
    room.chmod(0o711)
    assignment = assign(course, entry.module.number, room)
    result = grade(room / "submission", assignment, Options(state_dir, seed=SEED), progress=lambda step: None)
    return outcome_of(entry.key, result)


def write_tree(tree: Tree, out: Path) -> None:
    """Write a projected or mutated tree to a folder."""
    for path, (content, executable) in tree.items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o755 if executable else 0o644)
