"""`grader score`: a class scored again from its stored evidence; nothing is measured."""

from functools import partial
from pathlib import Path

import click

from grader.cli import options as opt
from grader.cli.console import out, progress

_FILE = click.Path(path_type=Path)


@click.command("score")
@click.argument("folder", type=_FILE, metavar="DIR")
@click.option("--policy", type=_FILE, help="New rules: deadline, lateness, extensions and attempts, as TOML.")
@click.option("--roster", type=_FILE, help="A new roster.")
@click.option("--why", default="scored again", show_default=True, help="Why, for the record of scores.")
@click.option("--author", help="Who does it, for the record of scores [the user's name].")
@click.option("--feedback/--no-feedback", default=True, show_default=True, help="Write the reports that changed, too.")
@click.option("--history", is_flag=True, help="Show who changed which score when and why, and change nothing.")
@click.option("--against", type=_FILE, metavar="DIR", help="Show whose score is another in DIR, and change nothing.")
@opt.course_option
def command(
    folder: Path,
    policy: Path | None,
    roster: Path | None,
    why: str,
    author: str | None,
    feedback: bool,
    history: bool,
    against: Path | None,
    course_dir: Path | None,
) -> None:
    """Score the class in DIR by the weights, thresholds, rules and decisions of today."""
    from grader.classroom.database import readable
    from grader.classroom.held import held
    from grader.classroom.journal import Journal
    from grader.classroom.opening import Lists
    from grader.cli import class_book
    from grader.cli.class_journal import open_journal

    def scored(journal: Journal) -> None:
        from grader.classroom.opening import take_lists

        for sentence in take_lists(journal, Lists(roster=roster, policy=policy)):
            class_book.tell(sentence)
        assignment = class_book.class_assignment(opt.find_course(course_dir), journal)
        scoring = class_book.rescored(journal, folder, assignment, why=why, who=class_book.author(author))
        out.print(f"{len(scoring.grades)} scored, {len(scoring.moved)} changed.")
        if feedback:
            with progress() as show:
                class_book.write_feedback(journal, folder, assignment, show)

    if history:
        with open_journal(folder) as journal:
            class_book.show_history(readable(folder, journal.scores))
        return
    if against is not None:
        _compare(against, folder)
        return
    with open_journal(folder) as journal, held(folder):
        readable(folder, partial(scored, journal))


def _compare(before: Path, now: Path) -> None:
    from grader.classroom.database import readable
    from grader.classroom.scoring import differences
    from grader.cli import class_book
    from grader.cli.class_journal import open_journal

    with open_journal(before) as old, open_journal(now) as new:
        found = readable(now, partial(differences, old, new))
    class_book.show_moved(found)
    out.print(f"{len(found)} scores differ from those in {before}.", markup=False, soft_wrap=True)
