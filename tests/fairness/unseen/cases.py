"""The cases of a module as data, and what each makes of its solution."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from grader.course.projection import Tree

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Edit:
    """``old``, which stands in the file once, becomes ``new``; without ``old`` the whole file is ``new``."""

    file: str
    new: str
    old: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A ``fault`` breaks ``sentence``, quoted from the brief; an ``edit`` keeps all, and it says why."""

    id: str
    kind: Literal["fault", "edit"]
    title: str
    sentence: str
    edits: tuple[Edit, ...]


def waiting() -> tuple[Path, ...]:
    """The files of cases that wait, those that come after others too; each is called as its module is numbered."""
    return tuple(sorted(HERE.rglob("*.toml")))


def load(module: int) -> tuple[Case, ...]:
    """The cases of a module that come first, in order."""
    return read(HERE / f"{module:02d}.toml")


def read(path: Path) -> tuple[Case, ...]:
    """The cases of a file, in order."""
    return msgspec.toml.decode(path.read_bytes(), type=dict[str, tuple[Case, ...]])["case"]


def edited(solution: Tree, case: Case) -> Tree:
    """The solution with the case's edits; ``ValueError`` if one does not fit."""
    tree = dict(solution)
    for edit in case.edits:
        content, executable = tree.get(edit.file, (b"", False))
        text = content.decode()
        if edit.old is None:
            text = edit.new
        elif text.count(edit.old) != 1:
            raise ValueError(f"{case.id}: the old text stands {text.count(edit.old)} times in {edit.file}")
        else:
            text = text.replace(edit.old, edit.new)
        tree[edit.file] = (text.encode(), executable)
    return tree
