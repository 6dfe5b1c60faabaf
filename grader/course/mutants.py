"""Mutants: wrong submissions as data, made from the solution by edits that each match exactly once."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from grader.course.manifest import Course, convert, read_toml
from grader.domain.course import Edit, Module, Mutant
from grader.domain.errors import CourseError

Tree = Mapping[str, tuple[bytes, bool]]


class _Edit(Struct, forbid_unknown_fields=True):
    file: str
    new: str
    old: str = ""


class _Mutant(Struct, forbid_unknown_fields=True):
    title: str
    fails: list[str]
    edits: list[_Edit]


def load_mutants(course: Course, module: Module) -> tuple[Mutant, ...]:
    """The mutants of a module, by name.

    Raises:
        CourseError: one is malformed, has no edit, or names a criterion that the module does not have.
    """
    return tuple(_load(path, module) for path in sorted((course.folder(module) / "mutants").glob("*.toml")))


def _load(path: Path, module: Module) -> Mutant:
    read = convert(read_toml(path), _Mutant, path)
    known = {c.id for c in module.criteria}
    unknown = [i for i in read.fails if i not in known]
    if unknown or not read.fails or not read.edits:
        raise CourseError(
            f"{path}: {f'unknown criterion {unknown[0]}' if unknown else 'it fails nothing, or edits nothing'}",
            "Name criteria of the module in `fails`, and write at least one [[edits]].",
        )
    edits = tuple(Edit(e.file, e.old, e.new) for e in read.edits)
    return Mutant(path.stem, read.title, edits, tuple(read.fails))


def mutate(tree: Tree, mutant: Mutant) -> Tree:
    """The solution's tree with the mutant's edits, in order.

    Raises:
        CourseError: a file is missing, or an edit's old text is not there exactly once.
    """
    out = dict(tree)
    for edit in mutant.edits:
        if not edit.old:
            out[edit.file] = (edit.new.encode(), False)
            continue
        content, executable = out.get(edit.file, (None, False))
        if content is None:
            raise CourseError(f"mutant {mutant.id}: there is no {edit.file} in the solution", "Name a file that is.")
        text = content.decode("utf-8")
        found = text.count(edit.old)
        if found != 1:
            raise CourseError(
                f"mutant {mutant.id}: its old text is {found} times in {edit.file}, not once",
                f"Look at the solution and write what stands there; it begins {edit.old.strip()[:60]!r}.",
            )
        out[edit.file] = (text.replace(edit.old, edit.new).encode(), executable)
    return out
