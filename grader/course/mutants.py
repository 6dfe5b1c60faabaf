"""Mutants: wrong submissions as data, made from the solution by edits that each match exactly once."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from msgspec import Struct

from grader.course.manifest import Course
from grader.course.projection import Tree
from grader.course.toml import convert, read_toml
from grader.domain.course import Edit, Module, Mutant
from grader.domain.errors import CourseError


class EditAsWritten(Struct, forbid_unknown_fields=True):
    """An edit as a description has it."""

    file: str
    new: str
    old: str = ""


class _Mutant(Struct, forbid_unknown_fields=True):
    title: str
    must_fail: list[str]
    edits: list[EditAsWritten]
    may_fail: list[str] = []


def load_mutants(course: Course, module: Module) -> tuple[Mutant, ...]:
    """The mutants of a module, by name.

    Raises:
        CourseError: one is malformed, must fail nothing, has no edit, or names a criterion that the module does not
            have, that a person judges, or that it names twice.
    """
    return tuple(_load(path, module) for path in sorted((course.folder(module) / "mutants").glob("*.toml")))


def _load(path: Path, module: Module) -> Mutant:
    read = convert(read_toml(path), _Mutant, path)
    _check_criteria(path, module, read.must_fail + read.may_fail)
    if not read.must_fail or not read.edits:
        raise CourseError(
            f"{path}: it must fail nothing, or edits nothing", "Fill `must_fail`, and write at least one [[edits]]."
        )
    return Mutant(path.stem, read.title, checked(path, read.edits), tuple(read.must_fail), tuple(read.may_fail))


def checked(path: Path, edits: list[EditAsWritten]) -> tuple[Edit, ...]:
    """The edits of a description. Raises ``CourseError`` for one that changes nothing or leaves the project."""
    for edit in edits:
        if edit.old == edit.new:
            raise CourseError(f"{path}: an edit of {edit.file} changes nothing", "Make `new` differ from `old`.")
        if not _is_inside(edit.file):
            raise CourseError(f"{path}: {edit.file!r} is no path in the solution", "Write it as src/apps/….")
    return tuple(Edit(e.file, e.old, e.new) for e in edits)


def _check_criteria(path: Path, module: Module, names: list[str]) -> None:
    known = {c.id: c for c in module.criteria}
    for name in names:
        if name not in known:
            raise CourseError(f"{path}: unknown criterion {name}", f"{module.slug} has {', '.join(known)}.")
        if known[name].manual:
            raise CourseError(f"{path}: {name} is judged by a person", "Name criteria that a check can fail.")
        if names.count(name) > 1:
            raise CourseError(f"{path}: {name} is named twice", "Name it once, in `must_fail` or in `may_fail`.")


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not PurePosixPath(path).is_absolute() and ".." not in parts


def mutate(tree: Tree, mutant: Mutant) -> Tree:
    """The solution's tree with the mutant's edits, in order.

    Raises:
        CourseError: a file is missing or is there already, or an edit's old text is not there exactly once.
    """
    return edited(tree, mutant.edits, f"mutants/{mutant.id}.toml")


def edited(tree: Tree, edits: Iterable[Edit], where: str) -> Tree:
    """A tree with these edits, in order; ``where`` they are written. Raises ``CourseError`` as ``mutate`` does."""
    out = dict(tree)
    for edit in edits:
        out[edit.file] = _edited(out, edit, where)
    return out


def _edited(tree: Tree, edit: Edit, where: str) -> tuple[bytes, bool]:
    content, executable = tree.get(edit.file, (None, False))
    if not edit.old:
        if content is not None:
            raise CourseError(f"{where}: {edit.file} is there already", "Write the `old` text that becomes `new`.")
        return edit.new.encode(), False
    if content is None:
        raise CourseError(f"{where}: there is no {edit.file} in the solution", "Name a file that is there.")
    text = content.decode("utf-8")
    found = text.count(edit.old)
    if found != 1:
        first = edit.old.strip().partition("\n")[0]
        raise CourseError(
            f"{where}: the old text is {found} times in {edit.file}, not once; it begins {first[:60]!r}",
            "Copy what stands in the solution (grader course build --solution), with enough around it to be alone.",
        )
    return text.replace(edit.old, edit.new).encode(), executable
