"""`grader judge`: what a person decides about somebody's work, which counts whatever is measured again."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Literal

import click

from grader.cli import options as opt
from grader.cli.console import progress
from grader.domain.errors import UsageError_


@click.command("judge")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.argument("student")
@click.option("--criterion", help="Judge this criterion, in the place of its checks.")
@click.option("--as", "verdict", type=click.Choice(["passed", "failed"]), help="What it is judged to be.")
@click.option("--score", help="Set the whole score, in points.")
@click.option("--withdraw", is_flag=True, help="Take the decision back: what was measured holds again.")
@click.option("--reason", required=True, help="Why, for the learner and the record.")
@click.option("--author", help="Who decides, for the record [the user's name].")
@opt.course_option
def command(
    folder: Path,
    student: str,
    criterion: str | None,
    verdict: Literal["passed", "failed"] | None,
    score: str | None,
    withdraw: bool,
    reason: str,
    author: str | None,
    course_dir: Path | None,
) -> None:
    """Judge a criterion of STUDENT in the class in DIR, or set their score, and score the class again."""
    from grader.classroom.database import readable
    from grader.classroom.deciding import Decided, decide
    from grader.classroom.held import held
    from grader.classroom.journal import Journal
    from grader.cli import class_book
    from grader.cli.class_journal import open_journal

    who = class_book.author(author)
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    decided = Decided(student, criterion, verdict, _points(score), withdraw, " ".join(reason.split()), who, at)

    def judge(journal: Journal) -> None:
        assignment = class_book.class_assignment(opt.find_course(course_dir), journal)
        decision = decide(journal, assignment.module, decided)
        class_book.rescored(journal, folder, assignment, why=f"{decision.kind}: {decision.reason}", who=who)
        with progress() as show:
            class_book.write_feedback(journal, folder, assignment, show)

    with open_journal(folder) as journal, held(folder):
        readable(folder, partial(judge, journal))


def _points(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise UsageError_(f"--score {text} is no number of points", "Such as --score 85 or --score 87.5.")
    return found
