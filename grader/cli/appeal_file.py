"""The file of an appeal, as every command of staff reads it, and how they speak of it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.console import escape, out
from grader.domain.course import Criterion, Module
from grader.domain.errors import UsageError_

if TYPE_CHECKING:
    from grader.appeal.read import Appeal
    from grader.course import Course

file_argument = click.argument("file", type=click.Path(path_type=Path))
class_option = click.option(
    "--class",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The class that it is of: the folder that --out named.",
)


@dataclass(frozen=True, slots=True)
class Opened:
    """An appeal, and what of the course it is about."""

    appeal: "Appeal"
    course: "Course"
    module: Module
    criterion: Criterion


@contextmanager
def opened(file: Path, root: Path) -> Iterator[Opened]:
    """The appeal in the file, with the course in ``root``; the appeal's files are there until the end.

    Raises:
        UsageError_: it cannot be read, is not as it was written, or is of another course.
        CourseError: the course is not in order.
    """
    from grader.appeal.read import read_bundle
    from grader.course import load_course

    course = load_course(root)
    with tempfile.TemporaryDirectory(prefix="track-appeal-") as room:
        Path(room).chmod(0o711)  # the sandbox's own user passes through to the work
        appeal = read_bundle(file, Path(room))
        claim = appeal.claim
        module = next((m for m in course.modules if m.slug == claim.assignment), None)
        criterion = next((c for c in module.criteria if c.id == claim.criterion), None) if module else None
        if module is None or criterion is None:
            what = f"module {claim.assignment}" if module is None else f"criterion {claim.criterion}"
            raise UsageError_(f"{file}: this course has no {what}", "Name the course that it was graded in: --course.")
        if criterion.manual:
            raise UsageError_(
                f"{file}: {criterion.id} is judged by a person, and no check says anything of it",
                "Speak with whoever reviewed it, or decide about it: grader judge.",
            )
        yield Opened(appeal, course, module, criterion)


def say(*lines: str) -> None:
    """Print these lines; nothing in them acts."""
    for line in lines:
        out.print(escape(line), soft_wrap=True)
