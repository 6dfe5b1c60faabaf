"""Grades the same submissions under several seeds: what comes out otherwise rests on luck, and is named."""

import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from grader.course.build import graded_modules
from grader.course.ledger import Entry, Outcome, entries, read_json, write_json
from grader.course.lint.checks import time_limits
from grader.course.manifest import Course
from grader.course.projection import write_tree
from grader.course.prove import named
from grader.course.proving import SEED, Children, Graded
from grader.domain.progress import Progress

SEEDS = 5
_KINDS = ("starter", "solution", "accepted")
_SLOWEST = 5


@dataclass(frozen=True, slots=True)
class Repeated:
    """One entry of the proof under several seeds.

    ``unsteady`` are the criteria whose status was not the same under every seed, and those that could not be measured;
    ``slowest`` the checks that took the largest share of their time, as a fraction of it.
    """

    key: str
    seeds: tuple[int, ...]
    unsteady: tuple[str, ...]
    slowest: dict[str, float]

    def problem(self, key: str, seeds: int) -> str:
        """What is missing of the proof, or speaks against it; "" if nothing."""
        if self.key != key:
            return "not repeated since it changed"
        if len(self.seeds) < seeds:
            return f"graded under {len(self.seeds)} of {seeds} seeds"
        return f"not the same under every seed: {', '.join(self.unsteady)}" if self.unsteady else ""


def repeat(
    course: Course,
    *,
    state_dir: Path,
    progress: Callable[[Progress], None],
    only: int | None = None,
    jobs: int = 2,
    seeds: int = SEEDS,
    names: tuple[str, ...] = (),
    anew: bool = False,
) -> Mapping[str, Repeated]:
    """Grade states and accepted submissions, or what ``names`` name, under so many seeds, and note what differed.

    What has not changed since it was repeated is left alone, unless ``anew``. It can be interrupted after each entry
    and goes on from there. Raises as ``prove`` does.
    """
    known, chosen = dict(read_seeds(course)), _chosen(course, only, names)
    due = [e for e in chosen if anew or names or e.name not in known or known[e.name].problem(e.key, seeds)]
    limits = {module.number: time_limits(course, module) for module in graded_modules(course, only=only)}
    for done, entry in enumerate(due):
        progress(Progress(f"Grading {entry.name} under {seeds} seeds", done, len(due)))
        under = tuple(SEED + number for number in range(1, seeds + 1))
        with closing(_graded(course, entry, under, state_dir, jobs)) as found:
            known[entry.name] = compare(entry, under, list(found), limits[entry.module.number])
        write_json(seeds_path(course), known)
    return {entry.name: known[entry.name] for entry in chosen}


def _chosen(course: Course, only: int | None, names: tuple[str, ...]) -> Sequence[Entry]:
    wanted = list(entries(course, only=only))
    return named(wanted, names) if names else [e for e in wanted if e.kind in _KINDS]


def compare(entry: Entry, seeds: tuple[int, ...], found: Sequence[Graded], limits: Mapping[str, float]) -> Repeated:
    """What differs between gradings of one entry, and how near its checks came to the end of their time."""
    seen = [{i: status for status, ids in _by_status(one.outcome) for i in ids} for one in found]
    ids = {i for one in seen for i in one}
    unsteady = {i for i in ids if len({one.get(i, "passed") for one in seen}) > 1}
    unsteady |= {i for one in found for i in one.outcome.errored}
    longest: dict[str, float] = {}
    for name, seconds in (item for one in found for item in one.seconds.items()):
        if name in limits:
            longest[name] = max(longest.get(name, 0.0), round(seconds / limits[name], 3))
    slowest = sorted(longest.items(), key=lambda item: (-item[1], item[0]))[:_SLOWEST]
    return Repeated(entry.key, seeds, tuple(sorted(unsteady)), dict(slowest))


def _by_status(outcome: Outcome) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("failed", outcome.failed), ("blocked", outcome.blocked), ("errored", outcome.errored)


def _graded(course: Course, entry: Entry, seeds: tuple[int, ...], state_dir: Path, jobs: int) -> Generator[Graded]:
    """One grading for each seed. If it is closed early, what has begun is ended and the rest never begins."""
    children = Children()
    with (
        tempfile.TemporaryDirectory(prefix="track-seeds-", ignore_cleanup_errors=True) as name,
        ThreadPoolExecutor(jobs) as pool,
    ):
        Path(name).chmod(0o711)
        tasks = [
            pool.submit(_grade, course, entry, Path(name) / str(seed), state_dir, children, seed) for seed in seeds
        ]
        try:
            for task in as_completed(tasks):
                yield task.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            children.end()


def _grade(course: Course, entry: Entry, room: Path, state_dir: Path, children: Children, seed: int) -> Graded:
    submission = write_tree(entry.tree, room / "submission")
    room.chmod(0o711)  # the sandbox's own user passes through, and may not list
    return children.graded(course.root, entry.module.number, submission, entry.key, state_dir, seed=seed)


def unrepeated(course: Course, *, only: int | None = None, seeds: int = SEEDS) -> Iterator[tuple[str, str]]:
    """What has not been shown to be the same under every seed: the name of the entry, and what is missing."""
    known = read_seeds(course)
    for entry in _chosen(course, only, ()):
        found = known.get(entry.name, Repeated("", (), (), {}))
        if problem := found.problem(entry.key, seeds):
            yield entry.name, problem


def seeds_path(course: Course) -> Path:
    """Where the outcomes are committed."""
    return course.root / "modules" / "seeds.json"


def read_seeds(course: Course) -> Mapping[str, Repeated]:
    """The outcomes by entry; none if nothing was repeated yet. Raises ``CourseError`` if the file is no ledger."""
    return read_json(seeds_path(course), Repeated, "grader course prove --seeds 5")
