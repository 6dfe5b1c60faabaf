"""`grader export`: the gradebook of a class for other programs."""

from functools import partial
from pathlib import Path

import click

from grader.cli import options as opt
from grader.cli.console import out

_MOST_NAMED = 20
FORMATS = ("csv", "canvas", "moodle", "gradescope", "exercism")


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--format", "name", type=click.Choice(FORMATS), required=True, help="Which program reads it.")
@click.option("--to", type=click.Path(path_type=Path), help="Folder to write to [exports in DIR].")
@click.option("--title", help="Heading of the column [the module's title].")
@opt.course_option
def command(folder: Path, name: str, to: Path | None, title: str | None, course_dir: Path | None) -> None:
    """Write the grades of the class in DIR as a file, or a file for each student, that another program reads.

    A grade that is not there is left empty.
    """
    from grader.classroom.database import readable
    from grader.classroom.exporting import exported
    from grader.classroom.journal import Journal
    from grader.cli import class_book

    def export(journal: Journal) -> tuple[Path, tuple[str, ...]]:
        assignment = class_book.class_assignment(opt.find_course(course_dir), journal)
        return exported(journal, assignment, name, to or folder / "exports", title)

    with readable(folder, partial(Journal, folder)) as journal:
        path, notes = readable(folder, partial(export, journal))
    for note in notes[:_MOST_NAMED]:
        class_book.tell(note)
    if len(notes) > _MOST_NAMED:
        class_book.tell(f"and {len(notes) - _MOST_NAMED} more.")
    out.print(f"Wrote {path}.", markup=False, soft_wrap=True)
