"""The committed starters: written from the reference, and compared with it."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.course.git import own_files
from grader.course.manifest import Course
from grader.course.projection import project_to, project_tree
from grader.domain.course import Module, State

_ROOM = ".starter-"


@dataclass(frozen=True, slots=True)
class Drift:
    """A file of a starter that is not what the reference projects to; ``path`` is from the course's root."""

    path: str
    kind: Literal["missing", "changed", "extra"]


def built_modules(course: Course) -> tuple[Module, ...]:
    """The modules that have a manifest: those whose starters are built, whether or not they have criteria yet."""
    return tuple(m for m in course.modules if (course.folder(m) / "module.toml").is_file())


def graded_modules(course: Course, *, only: int | None = None) -> tuple[Module, ...]:
    """The built modules that have criteria: those that can be graded, and have something to prove.

    A draft is among them only if it is the one that is asked for, by its number ``only``; the others are whatever
    ``only`` is.
    """
    return tuple(m for m in built_modules(course) if m.criteria and (not m.draft or m.number == only))


def check_starters(course: Course) -> tuple[Drift, ...]:
    """Every difference between the committed starters and what the reference projects to."""
    return tuple(drift for module in built_modules(course) for drift in _drift(course, module))


def build_starters(course: Course) -> tuple[Drift, ...]:
    """Write the starters that have drifted, whole, and tell what was changed in them."""
    changed = []
    for module in built_modules(course):
        drift = _drift(course, module)
        if drift:
            _replace(course, module)
        changed += drift
    return tuple(changed)


def build_solution(course: Course, number: int, out: Path) -> Path:
    """Write the solution of a module, or of ``CAPSTONE_CHECKPOINT``, to ``out``, which must not exist or be empty."""
    return project_to(course, State(number, True), out)


def build_starter(course: Course, number: int, out: Path) -> Path:
    """Write the starter of a module, or of ``CAPSTONE_CHECKPOINT``, to ``out``, which must not exist or be empty."""
    return project_to(course, State(number, False), out)


def _drift(course: Course, module: Module) -> list[Drift]:
    starter = course.folder(module) / "starter"
    wanted = project_tree(course, State(module.number, False))
    found = _found(starter)
    base = starter.relative_to(course.root).as_posix()
    drift = [
        Drift(f"{base}/{p}", "missing" if p not in found else "changed") for p in wanted if found.get(p) != wanted[p]
    ]
    return drift + [Drift(f"{base}/{p}", "extra") for p in found if p not in wanted]


def _found(starter: Path) -> Mapping[str, tuple[bytes, bool]]:
    """What lies there and git would keep; a link is nothing that a starter can have, wherever it leads."""
    out: dict[str, tuple[bytes, bool]] = {}
    for path in own_files(starter):
        file = starter / path
        linked = file.is_symlink()
        out[path] = (b"", True) if linked else (file.read_bytes(), bool(file.stat().st_mode & 0o100))
    return out


def _replace(course: Course, module: Module) -> None:
    """Write the starter beside the old one and swap: an interrupted build leaves a whole one, the old or the new."""
    starter = course.folder(module) / "starter"
    for left in starter.parent.glob(f"{_ROOM}*"):  # of a build that was killed
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=starter.parent, prefix=_ROOM) as name:
        new, old = Path(name) / "new", Path(name) / "old"
        project_to(course, State(module.number, False), new)
        try:
            if starter.exists():
                starter.rename(old)
            new.rename(starter)
        except BaseException:
            if old.exists() and not starter.exists():
                old.rename(starter)
            raise
