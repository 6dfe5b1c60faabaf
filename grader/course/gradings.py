"""The gradings of a proof as they run: several at a time, mutants together where they can be."""

import itertools
import shutil
import tempfile
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from grader.course.build import graded_modules
from grader.course.ledger import Entry, Outcome
from grader.course.manifest import Course
from grader.course.mutants import load_mutants
from grader.course.projection import Tree, write_tree
from grader.course.proving import Children
from grader.course.stale import Part, of_this_entry
from grader.course.together import Candidate, groups_of, passed_together, unmet, whole

Group = tuple[Tree, tuple[Candidate, ...]]


def together(
    course: Course,
    wanted: Sequence[Entry],
    due: Sequence[Entry],
    outcomes: Mapping[str, Outcome],
    parts: dict[str, Part | None],
) -> tuple[Group, ...]:
    """Groups of mutants that are due, each with the solution that they are made of.

    One that has no outcome yet has all checks as its part from now on; it is in a group of such, or the others would
    be asked all of that as well.
    """
    solutions = {e.module.number: e.tree for e in wanted if e.kind == "solution"}
    found: dict[tuple[int, bool], list[Candidate]] = {}
    edits = {m.number: {one.id: one.edits for one in load_mutants(course, m)} for m in graded_modules(course)}
    for entry in due:
        part, number, is_new = parts[entry.name], entry.module.number, entry.name not in outcomes
        if entry.kind != "mutant" or number not in solutions:
            continue
        part = whole(entry) if is_new else part
        if part is not None and part.criteria:
            mutant = edits[number][entry.name.rpartition("/")[2]]
            candidate = Candidate(entry, mutant, part, unmet(entry, outcomes.get(entry.name)))
            found.setdefault((number, is_new), []).append(candidate)
    groups = [(solutions[n], group) for (n, _), some in found.items() for group in groups_of(some, solutions[n])]
    several = tuple((solution, group) for solution, group in groups if len(group) > 1)
    parts.update({one.entry.name: one.part for _, group in several for one in group})
    return several


def graded(
    course: Course,
    due: list[Entry],
    state_dir: Path,
    jobs: int,
    parts: Mapping[str, Part | None] = MappingProxyType({}),
    groups: Sequence[Group] = (),
) -> Generator[tuple[Entry, Outcome]]:
    """The outcomes as they come. If it is closed early, what has begun is ended and the rest never begins.

    ``parts`` has the checks to run by the names of entries; all where it has none. ``groups`` are entries that are
    run as one project first, with the solution that they are made of.
    """
    children = Children()
    with (
        tempfile.TemporaryDirectory(prefix="track-prove-", ignore_cleanup_errors=True) as name,
        ThreadPoolExecutor(jobs) as pool,
    ):
        room = Path(name)
        room.chmod(0o711)
        grouped = {one.entry.name for _, group in groups for one in group}
        alone = [entry for entry in due if entry.name not in grouped]

        def singly(entry: Entry, place: str, passed: frozenset[str] = frozenset()) -> tuple[Entry, Outcome]:
            part = _without(parts.get(entry.name), passed)
            outcome = _grade(course, entry, room / place, state_dir, children, part)
            return entry, of_this_entry(entry, outcome)

        def lone(entry: Entry, place: str) -> list[tuple[Entry, Outcome]]:
            return [singly(entry, place)]

        def as_a_group(solution: Tree, group: tuple[Candidate, ...], place: str) -> list[tuple[Entry, Outcome]]:
            turns = itertools.count()

            def run(tree: Tree, part: Part) -> Outcome:
                entry = replace(group[0].entry, tree=tree)
                return _grade(course, entry, room / f"{place}-{next(turns)}", state_dir, children, part)

            passed = passed_together(group, solution, run)
            return [singly(one.entry, f"{place}-alone-{n}", passed[one.entry.name]) for n, one in enumerate(group)]

        tasks = [pool.submit(lone, entry, str(n)) for n, entry in enumerate(alone)]
        tasks += [pool.submit(as_a_group, tree, group, f"group-{n}") for n, (tree, group) in enumerate(groups)]
        try:
            for task in as_completed(tasks):
                yield from task.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            children.end()


def _without(part: Part | None, passed: frozenset[str]) -> Part | None:
    """What is left of a part when these criteria have passed."""
    return part if part is None else Part(tuple(i for i in part.criteria if i not in passed), part.checks)


def _grade(course: Course, entry: Entry, room: Path, state_dir: Path, children: Children, part: Part | None) -> Outcome:
    if part is not None and not part.criteria:  # what changed reaches no check
        return Outcome(entry.key, 0)
    number = entry.module.number
    submission = write_tree(entry.tree, room / "submission")
    room.chmod(0o711)  # the sandbox's own user passes through, and may not list
    try:
        return children.graded(course.root, number, submission, entry.key, state_dir, part=part).outcome
    finally:
        shutil.rmtree(room, ignore_errors=True)
