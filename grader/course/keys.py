"""What an outcome of the ledger rests on, as hashes: as a whole, and for each criterion apart."""

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.course.assignments import assign
from grader.course.lint.checks import tied_criteria
from grader.course.manifest import Course
from grader.course.projection import Tree
from grader.domain.course import Criterion, Module
from grader.pipeline import checks_hash
from grader.pipeline.key import written


@dataclass(frozen=True, slots=True)
class Checks:
    """A module's checks at one time: ``key`` names them, ``criteria`` has what each criterion's verdict rests on.

    That is its rule in the manifest, the files with a check of it, and all files that checks share. Which other checks
    run before or after is not in it: checks leave nothing behind.
    """

    key: str
    criteria: Mapping[str, str]


class Keys:
    """The keys of a course. Each file is read once, so these are of one moment."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._lock = (course.environment_lock / "poetry.lock").read_bytes()
        self._folders: dict[int, tuple[Path, ...]] = {}
        self._wholes: dict[int, bytes] = {}
        self._checks: dict[int, Checks] = {}

    def whole(self, module: Module, tree: Tree) -> str:
        """SHA-256 over all of the course that decides how this tree is graded; no path of this machine, no time.

        Of the manifest only what scores depend on: a better hint changes no verdict. The grader's own code is left out,
        or the ledger would never be current; the drawn sample looks after that.
        """
        if module.number not in self._wholes:
            self._wholes[module.number] = checks_hash(self._of(module)).encode()
        rules = [_rule(criterion) for criterion in module.criteria]
        return _hash([self._wholes[module.number], json.dumps(rules).encode(), self._lock, *_parts(tree)])

    def tree(self, tree: Tree) -> str:
        """SHA-256 over what is graded, and the environment that stands in where it brings none."""
        return _hash([self._lock, *_parts(tree)])

    def checks(self, module: Module) -> Checks:
        """The module's checks, criterion by criterion."""
        if module.number not in self._checks:
            criteria = _criteria(module, self._of(module))
            key = hashlib.sha256(json.dumps(criteria, sort_keys=True).encode()).hexdigest()
            self._checks[module.number] = Checks(f"{module.number:02d}-{key[:12]}", criteria)
        return self._checks[module.number]

    def _of(self, module: Module) -> tuple[Path, ...]:
        if module.number not in self._folders:
            self._folders[module.number] = assign(self._course, module.number, Path()).checks(public_only=False)
        return self._folders[module.number]


def _criteria(module: Module, folders: tuple[Path, ...]) -> dict[str, str]:
    parts = {criterion.id: [json.dumps(_rule(criterion)).encode()] for criterion in module.criteria}
    home = folders[0].parent
    for path in sorted({*(path for folder in folders for path in written(folder)), *_beside(home)}):
        for criterion in _reached(path, list(parts)):
            parts[criterion] += [path.relative_to(home).as_posix().encode(), path.read_bytes()]
    return {criterion: _hash(some)[:16] for criterion, some in parts.items()}


def _beside(home: Path) -> Iterable[Path]:
    return (path for path in written(home) if path.parent == home)


def _reached(path: Path, criteria: list[str]) -> list[str]:
    """The criteria that a file may decide: those of its checks, or all."""
    if path.suffix != ".py" or not path.name.startswith("test_"):
        return criteria
    try:
        tied = tied_criteria(ast.parse(path.read_bytes()))
    except (SyntaxError, ValueError):
        return criteria
    return criteria if None in tied else [criterion for criterion in criteria if criterion in tied]


def _rule(criterion: Criterion) -> list[object]:
    return [criterion.id, criterion.points, sorted(criterion.requires), criterion.manual]


def _parts(tree: Tree) -> Iterable[bytes]:
    for path, (content, executable) in sorted(tree.items()):
        yield from (path.encode(), b"x" if executable else b"-", content)


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()
