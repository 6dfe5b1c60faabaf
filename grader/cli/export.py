"""`grader export`: the gradebook of a class for other programs."""

from functools import partial
from pathlib import Path

import click

from grader.cli import options as opt
from grader.cli.console import out

_MOST_NAMED = 20
FORMATS = ("csv", "canvas", "moodle", "gradescope", "exercism", "classroom50")


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--format", "name", type=click.Choice(FORMATS), required=True, help="Which program reads it.")
@click.option("--to", type=click.Path(path_type=Path), help="Folder to write to [exports in DIR].")
@click.option("--title", help="Heading of the column [the module's title].")
@click.option("--classroom", help="For classroom50: short name of the classroom.")
@click.option("--assignment", "slug", help="For classroom50: slug of the assignment [the module's].")
@click.option(
    "--scores", type=click.Path(path_type=Path), help="For classroom50: the classroom's scores.json, to be added to."
)
@opt.course_option
def command(
    folder: Path,
    name: str,
    to: Path | None,
    title: str | None,
    classroom: str | None,
    slug: str | None,
    scores: Path | None,
    course_dir: Path | None,
) -> None:
    """Write the grades of the class in DIR as a file, or a file for each student, that another program reads.

    A grade that is not there is left empty.
    """
    from grader.classroom.classroom50 import bucket
    from grader.classroom.database import readable
    from grader.classroom.exporting import exported
    from grader.classroom.journal import Journal
    from grader.cli import class_book
    from grader.cli.class_journal import open_journal

    if name != "classroom50" and (classroom or slug or scores):
        raise click.UsageError("--classroom, --assignment and --scores are for --format classroom50.")

    def export(journal: Journal) -> tuple[Path, tuple[str, ...]]:
        assignment = class_book.class_assignment(opt.find_course(course_dir), journal)
        place = bucket(classroom, slug or assignment.module.slug, scores) if name == "classroom50" else None
        return exported(journal, assignment, name, to or folder / "exports", title, place)

    with open_journal(folder) as journal:
        path, notes = readable(folder, partial(export, journal))
    for note in notes[:_MOST_NAMED]:
        class_book.tell(note)
    if len(notes) > _MOST_NAMED:
        class_book.tell(f"and {len(notes) - _MOST_NAMED} more.")
    out.print(f"Wrote {path}.", markup=False, soft_wrap=True)
