"""What staff decide about an appeal: accepted, its work becomes a case of the course; rejected, the verdict stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from grader.cli import options as opt
from grader.cli.appeal_file import Opened, class_option, file_argument, opened, say
from grader.domain.errors import UsageError_

if TYPE_CHECKING:
    from grader.appeal.decide import Decided
    from grader.appeal.read import Appeal
    from grader.classroom.journal import Journal

Kind = Literal["accepted", "mutant"]
author_option = click.option("--author", help="Who decides, for the record [the user's name].")
reason_option = click.option("--reason", required=True, help="Why, for the learner and the record.")


@dataclass(frozen=True, slots=True)
class _Class:
    """The class that the appeal is of, held for this command."""

    folder: Path
    journal: "Journal"


@click.command("accept")
@file_argument
@click.option(
    "--as",
    "kind",
    type=click.Choice(["accepted", "mutant"]),
    help="What the work becomes [accepted, or a mutant where it wrongly passed].",
)
@click.option("--title", default="", help="How it is built, or what its mistake is, in a line.")
@click.option("--name", help="Name of the new case [from the title].")
@click.option("--case", help="Name of a case written by hand that stands for this work; nothing is written then.")
@reason_option
@class_option
@author_option
@opt.course_option
def accept(
    file: Path,
    kind: Kind | None,
    title: str,
    name: str | None,
    case: str | None,
    reason: str,
    folder: Path | None,
    author: str | None,
    course_dir: Path | None,
) -> None:
    """Accept the appeal in FILE: its work becomes a permanent case of the course, by which the check is mended."""
    from grader.appeal.decide import decided
    from grader.cli.class_book import author as author_of
    from grader.course.cases import known_case, take_back

    who, at = author_of(author), _now()
    with opened(file, opt.find_course(course_dir)) as read, _held(folder) as held:
        fitting = _fitting(read.appeal, kind)
        decision = decided(read.appeal, "accepted", reason=reason, author=who, at=at)
        written: tuple[Path, ...] = ()
        if case is not None:
            made = known_case(read.course, read.module, fitting, case, read.criterion.id)
        else:
            made, written = _written(read, fitting, title, name, decision)
        try:
            _write_down(read.appeal, decision.of_case(made), held)
        except BaseException:
            take_back(written)
            raise
    for path in written:
        say(f"Wrote {path}.")
    say(*_next(read, made, folder, new=bool(written)))


@click.command("reject")
@file_argument
@reason_option
@class_option
@author_option
@opt.course_option
def reject(file: Path, reason: str, folder: Path | None, author: str | None, course_dir: Path | None) -> None:
    """Reject the appeal in FILE: the verdict stands."""
    from grader.appeal.decide import decided
    from grader.cli.class_book import author as author_of

    who = author_of(author)
    with opened(file, opt.find_course(course_dir)) as read, _held(folder) as held:
        _write_down(read.appeal, decided(read.appeal, "rejected", reason=reason, author=who, at=_now()), held)


def _fitting(appeal: "Appeal", kind: Kind | None) -> Kind:
    says = appeal.claim.says
    fitting: Kind = "accepted" if says == "wrongly failed" else "mutant"
    if kind in (None, fitting):
        return fitting
    raise UsageError_(
        f"it is said to have {says}: that makes no {'mutant' if kind == 'mutant' else 'accepted case'}",
        f"Say --as {fitting}, or leave it out.",
    )


def _written(
    read: Opened, kind: Kind, title: str, name: str | None, decision: "Decided"
) -> tuple[str, tuple[Path, ...]]:
    """The id of the new case, and its files."""
    from grader.course.cases import NewCase, name_of, write_case

    why = f"From appeal {decision.appeal} of {decision.criterion}, accepted by {decision.author} on {decision.at[:10]}"
    new = NewCase(kind, name or name_of(title), " ".join(title.split()), read.criterion.id, f"{why}: {decision.reason}")
    work = read.appeal.work
    files = ((path, work.root / path) for path in work.files)
    tree = {path: (file.read_bytes(), bool(file.stat().st_mode & 0o100)) for path, file in files}
    return new.id, write_case(read.course, read.module, new, tree)


@contextmanager
def _held(folder: Path | None) -> Iterator[_Class | None]:
    """The class, held before anything is written anywhere; ``None`` without one."""
    if folder is None:
        yield None
        return
    from grader.classroom.held import held
    from grader.cli.class_journal import open_journal

    with open_journal(folder) as journal, held(folder):
        yield _Class(folder, journal)


def _write_down(appeal: "Appeal", decision: "Decided", held: _Class | None) -> None:
    """Write the decision beside the bundle, and into the journal of the class."""
    from grader.appeal.decide import noting

    with noting(appeal.path, decision) as path:
        if held is not None:
            from grader.classroom.database import readable

            readable(held.folder, partial(_into_journal, held.journal, appeal, decision))
    say(f"{decision.verdict.capitalize()} by {decision.author}: {decision.reason} (written to {path}).")


def _into_journal(journal: "Journal", appeal: "Appeal", decision: "Decided") -> None:
    from grader.classroom.appeals import of_work
    from grader.classroom.records import Appealed

    of = of_work(journal, appeal.claim.tree_hash)
    student = of[0].student if of else ""
    made = decision.case, decision.reason, decision.author, decision.at
    journal.note_appeal(Appealed(decision.appeal, student, decision.criterion, decision.verdict, *made))


def _next(read: Opened, made: str, folder: Path | None, *, new: bool) -> Iterator[str]:
    name = made.partition("/")[2]
    look = "it is somebody's work and stays; take names out of it." if new else "it stands for this work."
    yield "What is next:"
    yield f"  1. Look through {made}: {look}"
    yield f"  2. Mend the check of {read.criterion.id}, until this holds: grader course prove --only {name}"
    if folder is not None:
        yield (
            f"  3. Measure it again: grader class SUBMISSIONS --module {read.module.number:02d} --out {folder} "
            f"--resume --appeal {read.appeal.id}"
        )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
