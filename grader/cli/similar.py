"""`grader similar`: which submissions of a class have much in common, for people to read side by side."""

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import options as opt
from grader.cli.console import out, progress

if TYPE_CHECKING:
    from grader.given.roster import Student

_FILE = click.Path(path_type=Path)


@click.command("similar")
@click.argument("submissions", type=_FILE)
@click.option("--module", "number", type=click.IntRange(1, 5), required=True, help="Number of the module, such as 02.")
@click.option("--out", "out_dir", type=_FILE, required=True, help="Where to write; the class's folder, if it has one.")
@click.option("--index", type=_FILE, help="What was handed in, as for grader class: the last attempts are compared.")
@click.option("--given", "more", type=_FILE, multiple=True, help="A folder with code that everybody was given, too.")
@click.option("--workers", type=click.IntRange(1, 64), help="Submissions read at a time [one a core].")
@opt.course_option
def command(
    submissions: Path,
    number: int,
    out_dir: Path,
    index: Path | None,
    more: tuple[Path, ...],
    workers: int | None,
    course_dir: Path | None,
) -> None:
    """Compare all of SUBMISSIONS with each other, and show what they share that the course did not give.

    It is for staff, is no verdict and changes no score.
    """
    from grader.children import Children
    from grader.classroom.files import write
    from grader.classroom.found import find
    from grader.classroom.held import held, room
    from grader.classroom.index import read_index
    from grader.classroom.similar import page
    from grader.classroom.similar.comparing import compare_class, latest
    from grader.classroom.similar.findings import FILE_NAME, encoded
    from grader.classroom.similar.given import given_in
    from grader.classroom.similar.readers import Readers
    from grader.cli.assign import of_number
    from grader.cli.classroom import refuse_inside
    from grader.cli.similar_reading import program
    from grader.course import load_course

    refuse_inside(submissions, out_dir)
    course = load_course(opt.find_course(course_dir))
    module = of_number(course, number, out_dir).module
    given = given_in((course.folder(module) / "starter", *more))
    people = latest(read_index(index, submissions) if index else find(submissions, _students(out_dir)))
    with held(out_dir), progress() as show, room("") as place:
        readers = Readers(program(), Children("the comparison"), place, workers or os.cpu_count() or 1)
        compared = compare_class(people, slug=module.slug, given=given, readers=readers, progress=show)
        pages = write(out_dir, page.FILE_NAME, page.render(compared, f"Module {module.number:02d} · {module.title}"))
        write(out_dir, FILE_NAME, encoded(compared.findings))
    found = compared.findings
    out.print(
        f"{found.compared} compared: {len(found.pairs)} pairs to be read side by side"
        f"{f', {len(found.unread)} could not be read' if found.unread else ''}. Wrote {pages}.",
        markup=False,
        soft_wrap=True,
    )
    _refresh(out_dir, course_dir)


def _students(folder: Path) -> "tuple[Student, ...]":
    """Who is in the class of the folder, where there is one: by the roster a folder's name is a student's."""
    from grader.classroom.database import NAME, readable
    from grader.classroom.journal import Journal

    if not (folder / NAME).is_file():
        return ()
    with readable(folder, partial(Journal, folder)) as journal:
        return readable(folder, journal.students)


def _refresh(folder: Path, course_dir: Path | None) -> None:
    """Shows it on the page of the class, where there is one."""
    from grader.classroom.database import NAME, readable
    from grader.classroom.journal import Journal
    from grader.cli import class_book

    if not (folder / NAME).is_file():
        return
    with readable(folder, partial(Journal, folder)) as journal:
        assignment = class_book.class_assignment(opt.find_course(course_dir), journal)
        path = readable(folder, lambda: class_book.write_page(journal, folder, assignment))
    out.print(f"Wrote {path}.", markup=False, soft_wrap=True)
