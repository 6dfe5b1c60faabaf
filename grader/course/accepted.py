"""Accepted submissions: correct solutions of other hands, which have to score full marks."""

from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct

from grader.course.git import own_files
from grader.course.manifest import Course
from grader.course.mutants import EditAsWritten, checked, edited
from grader.course.projection import Tree
from grader.course.toml import convert, read_toml
from grader.domain.course import Edit, Module
from grader.domain.errors import CourseError

_LOCK = "poetry.lock"


class _Accepted(Struct, forbid_unknown_fields=True):
    title: str
    remove: list[str] = []
    edits: list[EditAsWritten] = []


@dataclass(frozen=True, slots=True)
class Accepted:
    """A correct submission: the starter without what is removed (files or folders), and with these files over it.

    One that has ``edits`` is made from the solution by them instead, and has no files.
    """

    id: str
    title: str
    remove: tuple[str, ...]
    files: Tree
    edits: tuple[Edit, ...] = ()


def load_accepted(course: Course, module: Module) -> tuple[Accepted, ...]:
    """The accepted submissions of a module, by name: ``accepted/NAME.toml``, and the files in ``accepted/NAME/``.

    Raises:
        CourseError: one is malformed, has neither files nor edits or has both, or its description is missing.
    """
    folder = course.folder(module) / "accepted"
    described = {path.stem for path in folder.glob("*.toml")}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and path.name not in described and not path.name.startswith("."):
            raise CourseError(f"{path} has no description", f"Write {path.name}.toml beside it, with a title.")
    return tuple(_load(folder / f"{name}.toml") for name in sorted(described))


def _load(path: Path) -> Accepted:
    read = convert(read_toml(path), _Accepted, path)
    folder = path.with_suffix("")
    names = own_files(folder) if folder.is_dir() else ()
    if read.edits:
        if names or read.remove:
            raise CourseError(f"{path} has edits, and files or `remove` too", "Edits are of the solution: keep those.")
        return Accepted(path.stem, read.title, (), {}, checked(path, read.edits))
    if not names:
        raise CourseError(f"{path}: there are no files in {path.stem}/", "Put the files over the starter there.")
    for name in names:
        if (folder / name).is_symlink():
            raise CourseError(f"{folder / name} is a symbolic link", "Write a file.")
    files = {n: ((folder / n).read_bytes(), bool((folder / n).stat().st_mode & 0o100)) for n in names}
    return Accepted(path.stem, read.title, tuple(read.remove), files)


def accepted_tree(starter: Tree, solution: Tree, accepted: Accepted) -> Tree:
    """The whole submission. Its lock is the solution's, unless it brings its own: locking needs a package index.

    Raises:
        CourseError: what is to be removed is not in the starter, a file is as the starter has it, or an edit does
            not fit.
    """
    if accepted.edits:
        return edited(solution, accepted.edits, f"accepted/{accepted.id}.toml")
    tree, where = dict(starter), f"accepted/{accepted.id}"
    for gone in accepted.remove:
        paths = [path for path in tree if path == gone or path.startswith(f"{gone}/")]
        if not paths:
            raise CourseError(f"{where}.toml: there is no {gone} in the starter", "Take it out of `remove`.")
        for path in paths:
            del tree[path]
    for path, file in accepted.files.items():
        if starter.get(path) == file:
            raise CourseError(f"{where}/{path} is as the starter has it", "Delete it: only what differs belongs there.")
    lock = {_LOCK: solution[_LOCK]} if _LOCK in solution else {}
    return {**tree, **lock, **accepted.files}
