"""The ledger: what became of every state and every mutant, under the hash of all that led to it."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from grader.course.accepted import accepted_tree, load_accepted
from grader.course.assignments import assign
from grader.course.build import graded_modules
from grader.course.fingerprint import grader_fingerprint
from grader.course.manifest import Course
from grader.course.mutants import load_mutants, mutate
from grader.course.projection import Tree, project_tree
from grader.domain.course import Criterion, Module, Mutant, State
from grader.domain.errors import CourseError
from grader.domain.result import Result
from grader.domain.status import Status
from grader.pipeline import checks_hash

Kind = Literal["starter", "solution", "earlier", "accepted", "mutant"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What grading gave: the score, and the ids of the criteria that were not passed, by status.

    ``grader`` is the fingerprint of the grader that did it. Outcomes that differ in it alone are equal.
    """

    key: str
    score: int
    failed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    errored: tuple[str, ...] = ()
    grader: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """One grading that has to come out in a known way: a tree, the module it is graded for, and what it must fail.

    ``must_fail`` and ``may_fail`` are those of a mutant, and empty for all other kinds. ``name`` is ``02/starter``,
    ``02/solution``, ``02/starter-for-01``, ``02/accepted/NAME`` or ``02/mutant/NAME``; ``key`` is a SHA-256 over the
    tree, the checks, the environment that stands in, and what the manifest says of scores.
    """

    name: str
    kind: Kind
    module: Module
    tree: Tree
    key: str
    must_fail: tuple[str, ...] = ()
    may_fail: tuple[str, ...] = ()

    def problem(self, outcome: Outcome) -> str:
        """How the outcome differs from what has to be; "" if it does not."""
        unknown = sorted(set(outcome.failed + outcome.blocked + outcome.errored) - {c.id for c in self.module.criteria})
        if unknown:
            return f"{', '.join(unknown)}: no criterion of this module"
        if outcome.errored:
            return f"could not be measured: {', '.join(outcome.errored)}"
        passed = [c for c in self._scored() if c.id not in outcome.failed + outcome.blocked]
        mismatches = [*self._mismatches(outcome, [c.id for c in passed]), *self._blocked_alone(outcome)]
        points = sum(c.points for c in passed)
        if points != outcome.score:
            mismatches.append(f"a score of {outcome.score}, though what passed is worth {points}")
        return "; ".join(mismatches)

    def _scored(self) -> list[Criterion]:
        return [c for c in self.module.criteria if not c.manual]

    def _mismatches(self, outcome: Outcome, passed: list[str]) -> Iterator[str]:
        """What an entry of this kind may not do."""
        failed = set(outcome.failed)
        if self.kind == "starter":
            if passed:
                yield f"passes where nothing is built: {', '.join(passed)}"
        elif self.kind == "mutant":
            if missed := sorted(set(self.must_fail) - failed):
                yield f"does not fail {', '.join(missed)}"
            if strays := sorted(failed - {*self.must_fail, *self.may_fail}):
                yield f"also fails {', '.join(strays)}"
        elif wrong := sorted(failed | set(outcome.blocked)):
            yield f"not passed: {', '.join(wrong)}"

    def _blocked_alone(self, outcome: Outcome) -> Iterator[str]:
        """Criteria that are blocked though nothing that they require is failed or blocked."""
        unmet = {*outcome.failed, *outcome.blocked}
        alone = [i for i in outcome.blocked if not unmet & set(self.module.criterion(i).requires)]
        if alone:
            yield f"blocked, though nothing they require failed: {', '.join(alone)}"


def outcome_of(key: str, result: Result) -> Outcome:
    """What a result means for the ledger."""
    ids = {s: tuple(c.id for c in result.criteria if c.status is s) for s in Status}
    failed, blocked, errored = ids[Status.FAILED], ids[Status.BLOCKED], ids[Status.ERRORED]
    return Outcome(key, result.score, failed, blocked, errored, grader_fingerprint())


def entries(course: Course, *, only: int | None = None) -> Iterator[Entry]:
    """Every entry the course has to prove: of each module the states first, then the accepted, then the mutants.

    Raises:
        CourseError: an accepted submission or a mutant does not fit any more.
    """
    for module in graded_modules(course):
        if only in (None, module.number):
            yield from _states(course, module)
            yield from _accepted(course, module)
            yield from _mutants(course, module)


def uncaught(course: Course, module: Module) -> tuple[str, ...]:
    """The criteria that no mutant must fail, in the order of the manifest. A manual one needs none."""
    caught = {i for mutant in load_mutants(course, module) for i in mutant.must_fail}
    return tuple(c.id for c in module.criteria if not c.manual and c.id not in caught)


def _states(course: Course, module: Module) -> Iterator[Entry]:
    starter, number = project_tree(course, State(module.number, False)), f"{module.number:02d}"
    yield _entry(course, f"{number}/starter", "starter", module, starter)
    yield _entry(course, f"{number}/solution", "solution", module, project_tree(course, State(module.number, True)))
    for earlier in graded_modules(course):
        if earlier.number < module.number:
            yield _entry(course, f"{number}/starter-for-{earlier.number:02d}", "earlier", earlier, starter)


def _accepted(course: Course, module: Module) -> Iterator[Entry]:
    starter, solution = (project_tree(course, State(module.number, solved)) for solved in (False, True))
    for accepted in load_accepted(course, module):
        tree = accepted_tree(starter, solution, accepted)
        yield _entry(course, f"{module.number:02d}/accepted/{accepted.id}", "accepted", module, tree)


def _mutants(course: Course, module: Module) -> Iterator[Entry]:
    solution = project_tree(course, State(module.number, True))
    for mutant in load_mutants(course, module):
        tree = mutate(solution, mutant)
        yield _entry(course, f"{module.number:02d}/mutant/{mutant.id}", "mutant", module, tree, mutant)


def _entry(course: Course, name: str, kind: Kind, module: Module, tree: Tree, mutant: Mutant | None = None) -> Entry:
    expected = (mutant.must_fail, mutant.may_fail) if mutant else ((), ())
    return Entry(name, kind, module, tree, entry_key(course, module, tree), *expected)


def entry_key(course: Course, module: Module, tree: Tree) -> str:
    """SHA-256 over all of the course that decides how this tree is graded; no path of this machine, no time.

    Of the manifest only what scores depend on: a better hint changes no verdict. The grader's own code is left out,
    or the ledger would never be current; the drawn sample looks after that.
    """
    digest = hashlib.sha256()
    assignment = assign(course, module.number, Path())
    rules = [[c.id, c.points, sorted(c.requires), c.manual] for c in module.criteria]
    lock = (course.environment_lock / "poetry.lock").read_bytes()
    parts = [checks_hash(assignment.checks(public_only=False)).encode(), json.dumps(rules).encode(), lock]
    for path, (content, executable) in sorted(tree.items()):
        parts += [path.encode(), b"x" if executable else b"-", content]
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()


def ledger_path(course: Course) -> Path:
    """Where the ledger is committed."""
    return course.root / "modules" / "ledger.json"


def read_ledger(course: Course) -> Mapping[str, Outcome]:
    """The outcomes by the names of their entries; none if nothing was proved yet.

    Raises:
        CourseError: the file is no ledger.
    """
    try:
        return msgspec.json.decode(ledger_path(course).read_bytes(), type=dict[str, Outcome])
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as problem:
        raise CourseError(
            f"{ledger_path(course)}: {problem}", "Restore it from git, or delete it and run: grader course prove"
        ) from None


def write_ledger(course: Course, outcomes: Mapping[str, Outcome]) -> None:
    """Write the whole ledger or nothing of it, in an order that makes diffs readable."""
    write_json(ledger_path(course), outcomes)


def write_json(path: Path, named: Mapping[str, object]) -> None:
    """Write these by name, or leave the file as it is, in an order that makes diffs readable."""
    text = json.dumps(msgspec.to_builtins(dict(sorted(named.items()))), indent=1) + "\n"
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".ledger-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
