"""The ledger: what became of every state and every mutant, under the hash of all that led to it."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from grader.course.accepted import accepted_tree, load_accepted
from grader.course.build import graded_modules
from grader.course.fingerprint import grader_fingerprint
from grader.course.junk import junk_trees
from grader.course.keys import Checks, Keys
from grader.course.manifest import Course
from grader.course.mutants import load_mutants, mutate
from grader.course.projection import Tree, project_tree
from grader.domain.course import Criterion, Module, Mutant, State
from grader.domain.errors import CourseError
from grader.domain.result import Result
from grader.domain.status import Status

Kind = Literal["starter", "solution", "earlier", "accepted", "mutant", "junk"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What grading gave: the score, and the ids of the criteria that were not passed, by status.

    ``tree`` and ``checks`` are the keys of what was graded and of the checks. ``grader`` is the fingerprint of the
    grader that did it. Outcomes that differ in these three alone are equal.
    """

    key: str
    score: int
    failed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    errored: tuple[str, ...] = ()
    grader: str = field(default="", compare=False)
    tree: str = field(default="", compare=False)
    checks: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """One grading that has to come out in a known way: a tree, the module it is graded for, and what it must fail.

    ``must_fail`` and ``may_fail`` are those of a mutant, and empty for all other kinds. ``name`` is ``02/starter``,
    ``02/solution``, ``02/starter-for-01``, ``02/accepted/NAME``, ``02/junk/NAME`` or ``02/mutant/NAME``; ``tree`` is
    what is graded, without the folders that no check of the module needs; ``key`` is a
    SHA-256 over the tree, the checks, the environment that stands in, and what the manifest says of scores;
    ``tree_key`` is one over the first and the third of them.
    """

    name: str
    kind: Kind
    module: Module
    tree: Tree
    key: str
    tree_key: str
    checks: Checks
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
        elif self.kind == "junk":
            possible = sum(c.points for c in self._scored())
            if outcome.score * 100 >= self.module.pass_score * possible:
                yield f"passes with {outcome.score} of {possible} points, though every answer is rubbish"
        elif self.kind == "mutant":
            if missed := sorted(set(self.must_fail) - failed):
                yield f"does not fail {', '.join(missed)}"
            if strays := sorted(failed - {*self.must_fail, *self.may_fail}):
                yield f"also fails {', '.join(strays)}"
        elif wrong := sorted(failed | set(outcome.blocked)):
            yield f"not passed: {', '.join(wrong)}"

    def _blocked_alone(self, outcome: Outcome) -> Iterator[str]:
        """Criteria that are blocked though nothing that they require is failed or blocked.

        Junk that does not start blocks all that needs a project that does.
        """
        if self.kind == "junk":
            return
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
    """Every entry the course has to prove: of each module the states, the accepted, the junk, the mutants.

    Those of a draft are there only where it is the ``only`` one.

    Raises:
        CourseError: an accepted submission or a mutant does not fit any more.
    """
    make = _Maker(course)
    for module in graded_modules(course, only=only):
        if only in (None, module.number):
            yield from make.states(module)
            yield from make.accepted(module)
            yield from make.junk(module)
            yield from make.mutants(module)


def uncaught(course: Course, module: Module) -> tuple[str, ...]:
    """The criteria that no mutant must fail, in the order of the manifest. A manual one needs none."""
    caught = {i for mutant in load_mutants(course, module) for i in mutant.must_fail}
    return tuple(c.id for c in module.criteria if not c.manual and c.id not in caught)


class _Maker:
    """Makes the entries of a course."""

    def __init__(self, course: Course) -> None:
        self._course, self._keys = course, Keys(course)

    def states(self, module: Module) -> Iterator[Entry]:
        starter, solution = self._starter_and_solution(module)
        yield self._entry(f"{module.number:02d}/starter", "starter", module, starter)
        yield self._entry(f"{module.number:02d}/solution", "solution", module, solution)
        for earlier in graded_modules(self._course):
            if earlier.number < module.number:
                name = f"{module.number:02d}/starter-for-{earlier.number:02d}"
                yield self._entry(name, "earlier", earlier, starter)

    def accepted(self, module: Module) -> Iterator[Entry]:
        starter, solution = self._starter_and_solution(module)
        for accepted in load_accepted(self._course, module):
            tree = accepted_tree(starter, solution, accepted)
            yield self._entry(f"{module.number:02d}/accepted/{accepted.id}", "accepted", module, tree)

    def junk(self, module: Module) -> Iterator[Entry]:
        for name, tree in junk_trees(self._starter_and_solution(module)[1]):
            yield self._entry(f"{module.number:02d}/junk/{name}", "junk", module, tree)

    def mutants(self, module: Module) -> Iterator[Entry]:
        solution = self._starter_and_solution(module)[1]
        for mutant in load_mutants(self._course, module):
            name = f"{module.number:02d}/mutant/{mutant.id}"
            yield self._entry(name, "mutant", module, mutate(solution, mutant), mutant)

    def _starter_and_solution(self, module: Module) -> tuple[Tree, Tree]:
        starter, solution = (project_tree(self._course, State(module.number, solved)) for solved in (False, True))
        return starter, solution

    def _entry(self, name: str, kind: Kind, module: Module, tree: Tree, mutant: Mutant | None = None) -> Entry:
        expected = (mutant.must_fail, mutant.may_fail) if mutant else ((), ())
        keys, tree = self._keys, without(tree, module.unread)
        return Entry(
            name, kind, module, tree, keys.whole(module, tree), keys.tree(tree), keys.checks(module), *expected
        )


def without(tree: Tree, folders: tuple[str, ...]) -> Tree:
    """The files of a project but those in these folders."""
    return {path: file for path, file in tree.items() if not path.startswith(folders)} if folders else tree


def entry_key(course: Course, module: Module, tree: Tree) -> str:
    """The key that an entry of this tree has."""
    return Keys(course).whole(module, without(tree, module.unread))


def ledger_path(course: Course) -> Path:
    """Where the ledger is committed."""
    return course.root / "modules" / "ledger.json"


def read_ledger(course: Course) -> Mapping[str, Outcome]:
    """The outcomes by the names of their entries; none if nothing was proved yet.

    Raises:
        CourseError: the file is no ledger.
    """
    return read_json(ledger_path(course), Outcome, "grader course prove")


def write_ledger(course: Course, outcomes: Mapping[str, Outcome]) -> None:
    """Write the whole ledger or nothing of it, in an order that makes diffs readable."""
    write_json(ledger_path(course), outcomes)


def checks_path(course: Course) -> Path:
    """Where it is committed which checks the outcomes of the ledger rest on."""
    return course.root / "modules" / "ledger-checks.json"


def read_checks(course: Course) -> dict[str, dict[str, str]]:
    """By the key of checks, what each criterion rested on then.

    Raises:
        CourseError: the file is no such table.
    """
    return read_json(checks_path(course), dict[str, str], "grader course prove --anew")


def write_checks(course: Course, known: Mapping[str, Mapping[str, str]], outcomes: Mapping[str, Outcome]) -> None:
    """Write those that an outcome rests on.

    Where an outcome rests on checks that nobody knows, it is graded as a whole when it is due.
    """
    used = sorted({o.checks for o in outcomes.values()} & set(known))
    write_json(checks_path(course), {key: known[key] for key in used})


def read_json[Row](path: Path, kind: type[Row], command: str) -> dict[str, Row]:
    """What ``write_json`` wrote there, each a ``kind``; nothing if the file is not there. ``command`` makes it anew.

    Raises:
        CourseError: it holds anything else.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, kind])  # type: ignore[valid-type]
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as problem:
        raise CourseError(f"{path}: {problem}", f"Restore it from git, or delete it and run: {command}") from None


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
