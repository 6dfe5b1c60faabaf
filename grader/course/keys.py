"""What an outcome of the ledger rests on, as hashes: as a whole, and for each criterion apart."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.assignments import assign
from grader.course.manifest import Course
from grader.course.projection import Tree
from grader.course.reached import reached
from grader.domain.course import Criterion, Module
from grader.pipeline import checks_hash
from grader.pipeline.key import written


@dataclass(frozen=True, slots=True)
class Checks:
    """A module's checks at one time: ``key`` names them, ``criteria`` has what each criterion's verdict rests on.

    That is first its rule in the manifest with the files that are no code, then one hash for each of its checks, of
    all that this check reaches (``reached``), with spaces between them; ``names`` has the checks' names by hash. Which
    other checks run before or after is not in it: checks leave nothing behind.
    """

    key: str
    criteria: Mapping[str, str]
    names: Mapping[str, str] = field(compare=False)


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
            self._checks[module.number] = _checks(module, self._of(module))
        return self._checks[module.number]

    def _of(self, module: Module) -> tuple[Path, ...]:
        if module.number not in self._folders:
            self._folders[module.number] = assign(self._course, module.number, Path()).checks(public_only=False)
        return self._folders[module.number]


def _checks(module: Module, folders: tuple[Path, ...]) -> Checks:
    home = folders[0].parent
    paths = {*(path for folder in folders for path in written(folder)), *_beside(home)}
    found = reached(paths, home, [criterion.id for criterion in module.criteria])
    criteria, names = dict[str, str](), dict[str, str]()
    for criterion in module.criteria:
        own = {_short([*sorted(words), name]): name for name, words in found.checks[criterion.id].items()}
        names |= own
        rule = _short([json.dumps(_rule(criterion)), *sorted(found.shared)])
        criteria[criterion.id] = " ".join([rule, *sorted(own)])
    key = hashlib.sha256(json.dumps(criteria, sort_keys=True).encode()).hexdigest()
    return Checks(f"{module.number:02d}-{key[:12]}", criteria, names)


def _short(words: Iterable[str]) -> str:
    return _hash(word.encode() for word in words)[:10]


def _beside(home: Path) -> Iterable[Path]:
    return (path for path in written(home) if path.parent == home)


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
