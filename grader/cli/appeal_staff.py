"""What staff do with an appeal before they decide: look at it, and grade its work again."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from grader.cli import options as opt
from grader.cli.appeal_file import class_option, file_argument, opened, say
from grader.cli.console import progress

if TYPE_CHECKING:
    from grader.appeal.read import Appeal

_CODES = {"reproduced": 0, "not reproduced": 1, "not measured": 3}


@click.command("show")
@file_argument
@class_option
@opt.course_option
def show(file: Path, folder: Path | None, course_dir: Path | None) -> None:
    """Show the appeal in FILE: what is known of it, and what is only said."""
    from grader.appeal.decide import noted
    from grader.appeal.words import decisions, told

    with opened(file, opt.find_course(course_dir)) as read:
        say(*told(read.appeal, read.criterion.title))
        if folder is not None:
            say("", *_known(read.appeal, folder))
        if made := noted(file):
            say("", *decisions(made))


@click.command("reproduce")
@file_argument
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Other inputs [those of the appeal].")
@click.option("--database", type=click.Choice(["postgres", "sqlite"]), default="postgres", show_default=True)
@opt.sandbox_option
@opt.course_option
def reproduce(
    file: Path,
    seed: int | None,
    database: Literal["postgres", "sqlite"],
    sandbox: Literal["auto", "bubblewrap", "process"],
    course_dir: Path | None,
) -> None:
    """Grade the work in FILE again, its criterion alone, with every check and the seed of the appeal.

    Exit codes: 0 the verdict comes out again, 1 it does not, 3 it could not be measured.
    """
    from grader.appeal.reproduce import compared
    from grader.appeal.words import reproduced
    from grader.cli.assign import assignment
    from grader.pipeline import Options, grade

    root = opt.find_course(course_dir)
    with (
        opened(file, root) as read,
        assignment(root, read.module.number, read.appeal.work.root) as chosen,
        progress() as step,
    ):
        claim = read.appeal.claim
        options = Options(
            opt.state_dir(),
            sandbox=sandbox,
            database=database,
            seed=claim.run.seed if seed is None else seed,
            criteria=opt.only(chosen.module, (claim.criterion,)),
            lanes=opt.lanes(),
        )
        found = compared(claim, grade(read.appeal.work.root, chosen, options, progress=step))
    say(*reproduced(found))
    raise click.exceptions.Exit(_CODES[found.found])


def _known(appeal: "Appeal", folder: Path) -> Iterator[str]:
    """What the class's own grading says of this work."""
    from grader.classroom.appeals import of_work
    from grader.classroom.database import readable
    from grader.cli.class_journal import open_journal
    from grader.domain.status import gravest

    with open_journal(folder) as journal:
        found = readable(folder, partial(of_work, journal, appeal.claim.tree_hash))
    if not found:
        yield f"Nobody in {folder} handed in this work: what that run is said to have seen cannot be held against it."
    wanted = appeal.claim.criterion
    for entry in found:
        observed = entry.measured.evidence.observations if entry.measured else ()
        seen = [o.status for o in observed if o.criterion == wanted]
        status = gravest(seen) if seen else "not measured"
        yield f"In {folder}: the work of {entry.student}, attempt {entry.attempt}, where {wanted} is {status}."
