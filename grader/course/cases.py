"""A permanent case of the course from somebody's work: an accepted submission, or a mutant."""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.course.accepted import accepted_tree, load_accepted
from grader.course.edits import edits_toml, small_edits, text_toml
from grader.course.manifest import Course
from grader.course.mutants import load_mutants, mutate
from grader.course.projection import Tree, project_tree
from grader.domain.course import Module, State
from grader.domain.errors import CourseError, UsageError_
from grader.domain.text import one_line

Kind = Literal["accepted", "mutant"]
_FOLDERS = {"accepted": "accepted", "mutant": "mutants"}
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME = 60
_LONGEST_TITLE = 200
_ASKED = {"accepted": "how it is built", "mutant": "what its mistake is"}
_LOCK = "poetry.lock"


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be written. ``why`` is a line on where it comes from; a mutant must fail ``criterion``."""

    kind: Kind
    name: str
    title: str
    criterion: str
    why: str

    @property
    def id(self) -> str:
        """Such as ``accepted/locks-by-hand``."""
        return f"{_FOLDERS[self.kind]}/{self.name}"


def write_case(course: Course, module: Module, new: NewCase, work: Tree) -> tuple[Path, ...]:
    """Write the case, and see that the course makes the very work of it again: the paths, the description first.

    Edits of the solution where those are few; else, for what is accepted, the files over the starter.

    Raises:
        UsageError_: the name or the title is none, there is such a case already, or the work cannot be one.
        CourseError: the course has no application to hold it against, or would not make this work of the case.
    """
    path = _path(course, module, new)
    solution = project_tree(course, State(module.number, True))
    edits = small_edits(solution, work)
    if edits == ():
        raise UsageError_(
            "this work is the solution of the course itself",
            "The proof grades that already, and no case is made of it. Name one that stands for it: --case NAME.",
        )
    if edits is None and new.kind == "mutant":
        raise UsageError_(
            "this work is no small change of the solution, which a mutant has to be",
            f"Make the same mistake in the solution, by hand (docs/authors/mutants.md), in mutants/{new.name}.toml; "
            f"then accept it with --case {new.name}.",
        )
    made = [path]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if edits is not None:
            path.write_text(_head(new) + edits_toml(edits), "utf-8")
        else:
            made.append(path.with_suffix(""))
            _write_files(path, new, work, project_tree(course, State(module.number, False)))
        _see_that_it_is_this_work(course, module, new, work, solution)
    except BaseException:
        take_back(made)
        raise
    return tuple(made)


def name_of(title: str) -> str:
    """A name for a case from its title, its first words; "" if none can be made of it."""
    words = re.findall(r"[a-z0-9]+", title.lower())[:6]
    while len("-".join(words)) > _LONGEST_NAME:
        words.pop()
    return "-".join(words)


def known_case(course: Course, module: Module, kind: Kind, name: str, criterion: str) -> str:
    """The id of a case that is there already, written by hand.

    Raises:
        UsageError_: there is none of that name, or it is a mutant that need not fail the criterion.
        CourseError: a case of the module is malformed.
    """
    if kind == "accepted":
        names = {one.id for one in load_accepted(course, module)}
    else:
        names = {one.id for one in load_mutants(course, module) if criterion in one.must_fail}
    if name not in names:
        lacks = "" if kind == "accepted" else f" whose `must_fail` has {criterion}"
        folder = course.folder(module) / _FOLDERS[kind]
        raise UsageError_(f"{folder} has no {name}.toml{lacks}", "Write it, or leave --case out.")
    return f"{_FOLDERS[kind]}/{name}"


def _path(course: Course, module: Module, new: NewCase) -> Path:
    if not new.title:
        raise UsageError_("the case has no title", f"Say in one line {_ASKED[new.kind]}: --title TEXT.")
    if one_line(new.title) != new.title or len(new.title) > _LONGEST_TITLE:
        raise UsageError_(
            f"the title is no line of at most {_LONGEST_TITLE} characters", "Write plain text: --title TEXT."
        )
    if not new.name:
        raise UsageError_("no name can be made of the title", "Name the case: --name by-hand.")
    if not _NAME.fullmatch(new.name) or len(new.name) > _LONGEST_NAME:
        raise UsageError_(
            f"{new.name!r} is no name of a case",
            f"Write at most {_LONGEST_NAME} small letters and digits, with `-` between: --name by-hand.",
        )
    path = course.folder(module) / _FOLDERS[new.kind] / f"{new.name}.toml"
    if path.exists() or path.with_suffix("").exists():
        raise UsageError_(f"{path} is there already", f"Choose another --name, or say --case {new.name}.")
    return path


def _head(new: NewCase) -> str:
    must_fail = f"must_fail = [{text_toml(new.criterion)}]\n" if new.kind == "mutant" else ""
    return f"# {one_line(new.why)}\ntitle = {text_toml(new.title)}\n{must_fail}"


def _write_files(path: Path, new: NewCase, work: Tree, starter: Tree) -> None:
    """The description and the files of a case over the starter."""
    gone = sorted(starter.keys() - work.keys() - {_LOCK})
    files = {name: file for name, file in work.items() if starter.get(name) != file}
    if not files:
        raise UsageError_(
            "this work is the starter of the module", "Nothing in it can be right that the starter is not."
        )
    removed = f"remove = [{', '.join(map(text_toml, gone))}]\n" if gone else ""
    path.write_text(_head(new) + removed, "utf-8")
    for name, (content, executable) in files.items():
        target = path.with_suffix("") / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o755 if executable else 0o644)


def _see_that_it_is_this_work(course: Course, module: Module, new: NewCase, work: Tree, solution: Tree) -> None:
    """Read the case as the proof will: what git ignores, or an edit that does not fit, would make another of it."""
    if new.kind == "mutant":
        made = mutate(solution, next(one for one in load_mutants(course, module) if one.id == new.name))
    else:
        starter = project_tree(course, State(module.number, False))
        case = next(one for one in load_accepted(course, module) if one.id == new.name)
        made = accepted_tree(starter, solution, case)
        if work.get(_LOCK) in (None, starter.get(_LOCK)):  # then the solution's stands in
            made, work = ({n: f for n, f in tree.items() if n != _LOCK} for tree in (made, work))
    other = sorted(path for path in made.keys() | work.keys() if made.get(path) != work.get(path))
    if other:
        raise CourseError(
            f"the course would not make this work of the case again: {', '.join(other[:4])} would be otherwise",
            "Does a .gitignore of the work, or of the course, ignore these files? Write the case by hand, and accept "
            f"it with --case {new.name}.",
        )


def take_back(paths: Iterable[Path]) -> None:
    """Delete what ``write_case`` wrote."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
