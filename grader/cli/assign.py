"""Which assignment a submission belongs to."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from grader.cli.console import err
from grader.cli.options import gates_named
from grader.course import Course, assign, assign_capstone, load_course
from grader.domain.course import CAPSTONE, Module
from grader.domain.errors import UsageError_
from grader.ending import room
from grader.pipeline import Assignment, Capstone

_LARGEST = 1 << 16
_MODULE = re.compile(r"0\d-[a-z-]+")
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def assignment(
    course_dir: Path,
    number: int | None,
    submission: Path,
    path: str | None = None,
    gates: tuple[str, ...] = (),
) -> Iterator[Assignment]:
    """The assignment of that number, or of the module that the submission's place says; its control lives as long.

    ``path`` is the folder of the project in the submission, where one was named. The assignment has the gates of these
    names too, where the module has none of them itself; a module without checks can be held against gates only.
    """
    from grader.sandbox.temporary import refuse_closed  # every other command would wait for the sandbox as well

    refuse_closed()
    course = load_course(course_dir)
    chosen = number if number is not None else named_by(submission / (path or ""), course)
    with room("track-control-") as place:
        place.chmod(0o711)  # the sandbox's own user passes through to the control submission
        yield of_number(course, chosen, place, gates)


@contextmanager
def capstone(course_dir: Path) -> Iterator[Capstone]:
    """The capstone of the course; the control submissions of its parts live as long."""
    from grader.sandbox.temporary import refuse_closed

    refuse_closed()
    course = load_course(course_dir)
    with room("track-control-") as place:
        place.chmod(0o711)
        yield assign_capstone(course, place)


def is_capstone(submission: Path, path: str | None, number: int | str | None) -> bool:
    """Whether that is what is meant: by its name, or where none was given by a folder or a track.toml."""
    if number is not None:
        return number == CAPSTONE
    project = submission / (path or "")
    near = next((p for p in reversed(project.resolve().parts) if p == CAPSTONE or _MODULE.fullmatch(p)), "")
    return near == CAPSTONE or _settings(project / "track.toml").get("module") == CAPSTONE


def of_number(course: Course, number: int, place: Path, gates: tuple[str, ...] = ()) -> Assignment:
    """The assignment of that number, with the gates of these names. A word is said of a draft.

    Raises:
        UsageError_: the module has no checks, and no gates were named.
    """
    ready = {m.number for m in course.modules if m.criteria}
    if number not in ready and not gates:
        known = ", ".join(f"{n:02d}" for n in sorted(ready))
        raise UsageError_(
            f"module {number:02d} has no checks in this course",
            f"Modules with checks: {known}. Its gates can be measured by `grader check --gates NAME`.",
        )
    found = assign(course, number, place)
    if found.module.draft and not gates:
        err.print(
            f"[yellow]Note:[/] the checks of module {number:02d} are a draft: not all of them are there, or "
            "proved. They show what is still open; there is no grade.",
            soft_wrap=True,
        )
    return replace(found, module=_with_gates(found.module, course, gates))


def _with_gates(module: Module, course: Course, names: tuple[str, ...]) -> Module:
    own = {gate.metric for gate in module.gates}
    more = [gate for gate in gates_named(course.rubric, names) if gate.metric not in own] if names else []
    return replace(module, gates=(*module.gates, *more))


def named_by(project: Path, course: Course) -> int:
    """The module that a project's folder, or a track.toml in it, names. Raises ``UsageError_`` if neither does."""
    for module in course.modules:
        if module.slug in project.resolve().parts:
            return module.number
    number = _settings(project / "track.toml").get("module")
    if type(number) is int:
        return number
    raise UsageError_("it is not clear which module this is a submission of", "Say so: --module 02.")


def _settings(path: Path) -> dict[str, object]:
    """The file as data, which a learner wrote; nothing where it is no small plain file of TOML."""
    try:
        with os.fdopen(os.open(path, _FILE), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return {}
            data = file.read(_LARGEST + 1)
    except OSError:
        return {}
    if len(data) > _LARGEST:
        return {}
    from grader.reader.client import NotReadable, read_once  # most submissions have no such file

    try:
        found = read_once("toml", data)
    except NotReadable:
        return {}
    return found if isinstance(found, dict) else {}
