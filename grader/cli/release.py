"""`grader release`: what learners clone."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import options as opt
from grader.cli.console import err, out

if TYPE_CHECKING:
    from grader.domain.course import Module


@click.command("release")
@click.argument("folder", type=click.Path(path_type=Path))
@opt.module_option
@opt.course_option
def command(folder: Path, number: int | None, course_dir: Path | None) -> None:
    """Write the release of a module to FOLDER, which must not exist or be empty."""
    from grader.course import load_course
    from grader.course.leaks import leaks
    from grader.course.release import release
    from grader.domain.errors import CourseError

    if number is None:
        raise click.UsageError("Say which module is released: --module 02.")
    course = load_course(opt.find_course(course_dir))
    if warning := _warning(next(module for module in course.modules if module.number == number)):
        err.print(f"[yellow]Warning:[/] {warning}", soft_wrap=True)
    release(course, folder, module=number)
    found = leaks(folder, course, module=number)
    if found:
        raise CourseError(
            f"the release leaks {len(found)} hidden lines, the first in {found[0]}",
            f"Do not publish {folder}. Mark the file in capstone/reference, or move the line, and release again.",
        )
    out.print(f"Released module {number:02d} to {folder}: nothing hidden, later or solved was found in it.")


def _warning(module: "Module") -> str:
    """What whoever publishes this module should know; nothing of one that is graded."""
    if not module.criteria:
        return (
            f"module {module.number:02d} has no checks yet: nothing will measure what learners build. "
            f"Write modules/{module.number:02d}-*/checks and its criteria in module.toml before you publish it."
        )
    if module.draft:
        return (
            f"the checks of module {module.number:02d} are a draft: they show what is open, and give no grade. "
            "Prove them and take `draft` out of its module.toml before you publish it."
        )
    return ""
