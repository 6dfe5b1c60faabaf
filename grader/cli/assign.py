"""Which assignment a submission belongs to."""

import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.course import Course, assign, load_course
from grader.domain.errors import UsageError_
from grader.pipeline import Assignment


@contextmanager
def assignment(course_dir: Path, number: int | None, submission: Path) -> Iterator[Assignment]:
    """The assignment of that number, or of the module that the submission's place says; its control lives as long."""
    course = load_course(course_dir)
    chosen = number if number is not None else _named_by(submission, course)
    ready = {m.number for m in course.modules if m.criteria}
    if chosen not in ready:
        known = ", ".join(f"{n:02d}" for n in sorted(ready))
        raise UsageError_(f"module {chosen:02d} has no checks in this course", f"Modules with checks: {known}.")
    with tempfile.TemporaryDirectory(prefix="track-control-") as room:
        Path(room).chmod(0o711)  # the sandbox's own user passes through to the control submission
        yield assign(course, chosen, Path(room))


def _named_by(submission: Path, course: Course) -> int:
    """The module that a submission's folder, or a track.toml in it, names."""
    for module in course.modules:
        if module.slug in submission.resolve().parts:
            return module.number
    try:
        number = tomllib.loads((submission / "track.toml").read_text("utf-8")).get("module")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        number = None
    if type(number) is int:
        return number
    raise UsageError_("it is not clear which module this is a submission of", "Say so: --module 02.")
