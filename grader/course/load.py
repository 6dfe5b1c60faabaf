"""Grades a solution again and again on a machine that is kept busy: each time it has to get full marks."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from grader.course.assignments import assign
from grader.course.build import graded_modules
from grader.course.ledger import entry_key, read_json, write_json
from grader.course.manifest import Course
from grader.course.projection import project_tree, write_tree
from grader.domain.course import Module, State
from grader.domain.progress import Progress
from grader.pipeline import Options, grade

ROUNDS = 20
LOOPS, NEIGHBOURS = 8, 4
KINDS = {"busy": f"beside {LOOPS} busy loops", "neighbours": f"beside {NEIGHBOURS} other gradings"}
_SEED = 20_260_201
# Ends by itself if whoever started it is killed.
_LOOP = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    for _ in range(1_000_000): pass\n"


@dataclass(frozen=True, slots=True)
class Steadiness:
    """The scores of one solution under one kind of load, in the order of the rounds; a grading that erred counts -1.

    ``repeated`` is how many cases had to be repeated alone in all of them; ``full`` is what each score has to be.
    """

    key: str
    full: int
    scores: tuple[int, ...] = ()
    repeated: int = 0

    def problem(self, key: str, rounds: int) -> str:
        """What is missing of the proof, or speaks against it; "" if nothing."""
        if self.key != key:
            return "not proved since it changed"
        if wrong := [score for score in self.scores if score != self.full]:
            return f"{len(wrong)} of {len(self.scores)} gradings did not give {self.full} points: {wrong}"
        return "" if len(self.scores) >= rounds else f"{len(self.scores)} of {rounds} gradings done"


def prove_under_load(
    course: Course,
    *,
    state_dir: Path,
    progress: Callable[[Progress], None],
    only: int = 2,
    rounds: int = ROUNDS,
    lanes: int = 1,
    anew: bool = False,
) -> Mapping[str, Steadiness]:
    """Grade the solution of a module ``rounds`` times under each kind of load, and note every score in the ledger.

    It can be interrupted at any time and goes on from there. Raises as ``grade`` does.
    """
    module = next(m for m in graded_modules(course, only=only) if m.number == only)
    known = dict(read_load(course))
    for kind in KINDS:
        name, fresh = f"{only:02d}/{kind}", _fresh(course, module)
        if anew or name not in known or known[name].key != fresh.key:
            known[name] = fresh
        with tempfile.TemporaryDirectory(prefix="track-load-") as folder, _busy(LOOPS if kind == "busy" else 0):
            Path(folder).chmod(0o711)
            at_once = 1 if kind == "busy" else NEIGHBOURS + 1
            grading = _Grading(course, module, Path(folder), state_dir, lanes)
            while (done := len(known[name].scores)) < rounds:
                progress(Progress(f"Grading solution {only:02d} {KINDS[kind]}", done, rounds))
                known[name] = grading.more(known[name], at_once)
                write_json(load_path(course), known)
    return known


@dataclass(frozen=True, slots=True)
class _Grading:
    course: Course
    module: Module
    room: Path
    state_dir: Path
    lanes: int

    def more(self, so_far: Steadiness, at_once: int) -> Steadiness:
        """The same with as many gradings more, which ran at the same time."""
        first = len(so_far.scores)
        with ThreadPoolExecutor(at_once) as pool:
            found = list(pool.map(self._one, range(first, first + at_once)))
        scores = (*so_far.scores, *(score for score, _ in found))
        return replace(so_far, scores=scores, repeated=so_far.repeated + sum(repeated for _, repeated in found))

    def _one(self, number: int) -> tuple[int, int]:
        """The score of one grading, and how many cases it repeated."""
        room = self.room / str(number)
        tree = project_tree(self.course, State(self.module.number, True))
        submission = write_tree(tree, room / "submission")
        room.chmod(0o711)
        assignment = assign(self.course, self.module.number, room)
        options = Options(self.state_dir, seed=_SEED + number, lanes=self.lanes)
        result = grade(submission, assignment, options, progress=lambda step: None)
        repeated = sum(bool(o.fault) for c in result.criteria for o in c.observations)
        return result.score if result.graded else -1, repeated


def _fresh(course: Course, module: Module) -> Steadiness:
    full = sum(criterion.points for criterion in module.criteria)
    return Steadiness(entry_key(course, module, project_tree(course, State(module.number, True))), full)


@contextmanager
def _busy(loops: int) -> Iterator[None]:
    """So many processes that do nothing but compute."""
    started: list[subprocess.Popen[bytes]] = []
    try:
        started += [subprocess.Popen([sys.executable, "-I", "-S", "-c", _LOOP]) for _ in range(loops)]
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def unsteady(course: Course, *, only: int = 2, rounds: int = ROUNDS) -> Iterator[tuple[str, str]]:
    """What the ledger does not prove: the name of the entry, and what is missing."""
    module = next(m for m in graded_modules(course, only=only) if m.number == only)
    known, fresh = read_load(course), _fresh(course, module)
    for kind in KINDS:
        name = f"{only:02d}/{kind}"
        if problem := known.get(name, replace(fresh, key="")).problem(fresh.key, rounds):
            yield name, problem


def load_path(course: Course) -> Path:
    """Where the outcomes are committed."""
    return course.root / "modules" / "load.json"


def read_load(course: Course) -> Mapping[str, Steadiness]:
    """The outcomes by name; none if nothing was proved yet. Raises ``CourseError`` if the file is no ledger."""
    return read_json(load_path(course), Steadiness, "grader course prove --under-load")
