"""The ledger: what became of every state and every mutant, under the hash of all that led to it."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from grader.course.assignments import assign
from grader.course.build import built_modules
from grader.course.manifest import Course
from grader.course.mutants import Tree, load_mutants, mutate
from grader.course.projection import project_tree
from grader.domain.course import Module, State
from grader.domain.errors import CourseError
from grader.domain.result import Result
from grader.domain.status import Status
from grader.pipeline import checks_hash

Kind = Literal["starter", "solution", "earlier", "mutant"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What grading gave: the score, and the ids of the criteria that were not passed, by status."""

    key: str
    score: int
    failed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    errored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One grading that has to come out in a known way: a tree, the module it is graded for, and what it must fail.

    ``name`` is ``02/starter``, ``02/solution``, ``02/starter-for-01`` or ``02/mutant/NAME``; ``key`` is a SHA-256 over
    the tree, the checks and the manifest.
    """

    name: str
    kind: Kind
    module: Module
    tree: Tree
    fails: tuple[str, ...]
    key: str

    def problem(self, outcome: Outcome) -> str:
        """How the outcome differs from what has to be; "" if it does not."""
        if outcome.errored:
            return f"{', '.join(outcome.errored)} could not be measured"
        scored = {c.id for c in self.module.criteria if not c.manual}
        failed, blocked = set(outcome.failed), set(outcome.blocked)
        match self.kind:
            case "starter":
                passed = sorted(scored - failed - blocked)
                return f"already passed where nothing is built: {', '.join(passed)}" if passed else ""
            case "mutant":
                missed, strays = sorted(set(self.fails) - failed), sorted(failed - set(self.fails))
                told = [f"does not fail {', '.join(missed)}"] if missed else []
                return "; ".join(told + ([f"also fails {', '.join(strays)}"] if strays else []))
            case _:
                wrong = sorted(failed | blocked)
                return f"not passed: {', '.join(wrong)}" if wrong else ""


def outcome_of(key: str, result: Result) -> Outcome:
    """What a result means for the ledger."""
    ids = {s: tuple(c.id for c in result.criteria if c.status is s) for s in Status}
    return Outcome(key, result.score, ids[Status.FAILED], ids[Status.BLOCKED], ids[Status.ERRORED])


def entries(course: Course, *, only: int | None = None) -> Iterator[Entry]:
    """Every entry the course has to prove: states first, then mutants.

    Raises:
        CourseError: a mutant does not fit the solution any more, or a criterion has no mutant.
    """
    for module in built_modules(course):
        if only is None or module.number == only:
            yield from _states(course, module)
            yield from _mutants(course, module)


def _states(course: Course, module: Module) -> Iterator[Entry]:
    starter = project_tree(course, State(module.number, False))
    number = f"{module.number:02d}"
    yield _entry(course, f"{number}/starter", "starter", module, starter)
    yield _entry(course, f"{number}/solution", "solution", module, project_tree(course, State(module.number, True)))
    for earlier in built_modules(course):
        if earlier.number < module.number:
            yield _entry(course, f"{number}/starter-for-{earlier.number:02d}", "earlier", earlier, starter)


def _mutants(course: Course, module: Module) -> Iterator[Entry]:
    solution, mutants = project_tree(course, State(module.number, True)), load_mutants(course, module)
    uncaught = sorted({c.id for c in module.criteria if not c.manual} - {i for m in mutants for i in m.fails})
    if uncaught:
        raise CourseError(
            f"module {module.number:02d}: no mutant fails {', '.join(uncaught)}",
            "A check that cannot fail proves nothing: write a mutant for each of these.",
        )
    for mutant in mutants:
        tree = mutate(solution, mutant)
        yield _entry(course, f"{module.number:02d}/mutant/{mutant.id}", "mutant", module, tree, mutant.fails)


def _entry(course: Course, name: str, kind: Kind, module: Module, tree: Tree, fails: tuple[str, ...] = ()) -> Entry:
    assignment = assign(course, module.number, Path())
    digest = hashlib.sha256(checks_hash(assignment.checks(public_only=False)).encode())
    digest.update((course.folder(module) / "module.toml").read_bytes())
    for path, (content, executable) in sorted(tree.items()):
        digest.update(f"{path}\0{executable:d}\0{len(content)}\0".encode() + content)
    return Entry(name, kind, module, tree, fails, digest.hexdigest())


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
        raise CourseError(f"{ledger_path(course)}: {problem}", "Delete it, and run: grader course prove") from None


def write_ledger(course: Course, outcomes: Mapping[str, Outcome]) -> None:
    """Write the whole ledger or nothing of it, in an order that makes diffs readable."""
    path = ledger_path(course)
    text = json.dumps(msgspec.to_builtins(dict(sorted(outcomes.items()))), indent=1) + "\n"
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".ledger-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)
