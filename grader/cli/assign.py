"""From the course on disk to what a submission is graded against."""

import functools
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.course import Course, build_solution, load_course
from grader.domain.errors import UsageError_
from grader.pipeline import Assignment


@contextmanager
def assignment(course_dir: Path, number: int | None, submission: Path) -> Iterator[Assignment]:
    """The assignment of that number, or the one the submission itself names; its control lives as long as the block."""
    course = load_course(course_dir)
    chosen = number if number is not None else _named_by(submission, course)
    folders = {m.number: m for m in course.modules}
    if chosen not in folders or not folders[chosen].criteria:
        known = ", ".join(f"{n:02d}" for n, m in sorted(folders.items()) if m.criteria)
        raise UsageError_(f"module {chosen:02d} has no checks in this course", f"Modules with checks: {known}.")
    with tempfile.TemporaryDirectory(prefix="track-control-") as room:
        yield assign(course, chosen, Path(room))


def assign(course: Course, number: int, room: Path) -> Assignment:
    """The assignment of a module; the control submission is projected into ``room`` when it is first asked for."""
    module = next(m for m in course.modules if m.number == number)
    checks = course.root / "modules" / module.slug / "checks"
    hidden = checks / "hidden"

    @functools.cache
    def control() -> Path:
        return build_solution(course, number, room / f"control-{number:02d}")

    return Assignment(
        module=module,
        public=checks / "public",
        hidden=hidden if hidden.is_dir() else None,
        course_lock=course.environment_lock,
        control=control if course.reference.is_dir() else None,
    )


def _named_by(submission: Path, course: Course) -> int:
    """The module whose starter this is: the one folder name, or the only module with checks in the course."""
    resolved = submission.resolve()
    for module in course.modules:
        if module.slug in resolved.parts:
            return module.number
    own = resolved / "track.toml"
    if own.is_file() and not own.is_symlink():
        try:
            number = tomllib.loads(own.read_text("utf-8")).get("module")
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            number = None
        if isinstance(number, int) and not isinstance(number, bool):
            return number
    raise UsageError_("it is not clear which module this is a submission of", "Say so: --module 02.")
