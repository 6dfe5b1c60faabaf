"""What staff do with an appeal: look at it, grade its work again, and decide."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from grader.cli import options as opt
from grader.cli.console import escape, out, progress
from grader.domain.course import Module
from grader.domain.errors import UsageError_

if TYPE_CHECKING:
    from grader.appeal.decide import Verdict
    from grader.appeal.read import Appeal
    from grader.classroom.journal import Journal
    from grader.course import Course

_FILE = click.Path(path_type=Path)
_CODES = {"reproduced": 0, "not reproduced": 1, "not measured": 3}
class_option = click.option(
    "--class", "folder", type=_FILE, metavar="DIR", help="The class that it is of: the folder that --out named."
)
author_option = click.option("--author", help="Who decides, for the record [the user's name].")


@click.command("show")
@click.argument("file", type=_FILE)
@class_option
@opt.course_option
def show(file: Path, folder: Path | None, course_dir: Path | None) -> None:
    """Show the appeal in FILE: what is known of it, and what is only said."""
    from grader.appeal.decide import noted
    from grader.appeal.words import decisions, told

    with _read(file, opt.find_course(course_dir)) as (appeal, _, module):
        _say(*told(appeal, module.criterion(appeal.claim.criterion).title))
        if folder is not None:
            _say("", *_known(appeal, folder))
        if made := noted(file):
            _say("", *decisions(made))


@click.command("reproduce")
@click.argument("file", type=_FILE)
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
    from grader.cli.assign import assignment
    from grader.pipeline import Options, grade

    root = opt.find_course(course_dir)
    with (
        _read(file, root) as (appeal, _, module),
        assignment(root, module.number, appeal.work.root) as chosen,
        progress() as step,
    ):
        claim = appeal.claim
        options = Options(
            opt.state_dir(),
            sandbox=sandbox,
            database=database,
            seed=claim.run.seed if seed is None else seed,
            criteria=opt.only(chosen.module, (claim.criterion,)),
            lanes=opt.lanes(),
        )
        result = grade(appeal.work.root, chosen, options, progress=step)
        found = compared(claim, result)
    _say(f"{found.found.capitalize()}. {found.sentences[0]}", *found.sentences[1:])
    for seen in found.criterion.observations:
        if seen.status in ("failed", "errored"):
            _say(f"  ✗ {seen.check}: {seen.sentence}")
            parts = {"expected": seen.expected, "observed": seen.observed, "where": seen.where, "fault": seen.fault}
            _say(*(f"      {name:9} {' '.join(str(text).split())[:600]}" for name, text in parts.items() if text))
    raise click.exceptions.Exit(_CODES[found.found])


@click.command("accept")
@click.argument("file", type=_FILE)
@click.option(
    "--as",
    "kind",
    type=click.Choice(["accepted", "mutant"]),
    help="What the work becomes [accepted, or a mutant where it wrongly passed].",
)
@click.option("--title", default="", help="How it is built, or what its mistake is, in a line.")
@click.option("--name", help="Name of the new case [from the title].")
@click.option("--case", help="Name of a case written by hand that stands for this work; nothing is written then.")
@click.option("--reason", required=True, help="Why, for the learner and the record.")
@class_option
@author_option
@opt.course_option
def accept(
    file: Path,
    kind: Literal["accepted", "mutant"] | None,
    title: str,
    name: str | None,
    case: str | None,
    reason: str,
    folder: Path | None,
    author: str | None,
    course_dir: Path | None,
) -> None:
    """Accept the appeal in FILE: its work becomes a permanent case of the course, by which the check is mended."""
    from grader.cli.class_book import author as author_of
    from grader.course.cases import NewCase, known_case, write_case

    who, at = author_of(author), _now()
    with _read(file, opt.find_course(course_dir)) as (appeal, course, module), _held(folder) as journal:
        claim = appeal.claim
        fitting: Literal["accepted", "mutant"] = "accepted" if claim.says == "wrongly failed" else "mutant"
        if kind not in (None, fitting):
            raise UsageError_(
                f"it is said to have {claim.says}: that makes no {'mutant' if kind == 'mutant' else 'accepted case'}",
                f"Say --as {fitting}, or leave it out.",
            )
        _refuse_without_reason(reason)
        if case is not None:
            made = known_case(course, module, fitting, case, claim.criterion)
        else:
            why = f"From appeal {appeal.id} of {claim.criterion}, accepted by {who} on {at[:10]}: {reason}"
            new = NewCase(fitting, name or _name(title), " ".join(title.split()), claim.criterion, why)
            files = ((path, appeal.work.root / path) for path in appeal.work.files)
            tree = {path: (f.read_bytes(), bool(f.stat().st_mode & 0o100)) for path, f in files}
            for path in write_case(course, module, new, tree):
                _say(f"Wrote {path}.")
            made = new.id
        _decide(appeal, "accepted", journal, case=made, reason=reason, author=who, at=at)
    _say(*_next(appeal, module, made, folder))


@click.command("reject")
@click.argument("file", type=_FILE)
@click.option("--reason", required=True, help="Why, for the learner and the record.")
@class_option
@author_option
@opt.course_option
def reject(file: Path, reason: str, folder: Path | None, author: str | None, course_dir: Path | None) -> None:
    """Reject the appeal in FILE: the verdict stands."""
    from grader.cli.class_book import author as author_of

    who = author_of(author)
    with _read(file, opt.find_course(course_dir)) as (appeal, _, _), _held(folder) as journal:
        _decide(appeal, "rejected", journal, case="", reason=reason, author=who, at=_now())


@contextmanager
def _read(file: Path, root: Path) -> "Iterator[tuple[Appeal, Course, Module]]":
    """The appeal, the course, and the module that it is of; the appeal's files are there until the end."""
    from grader.appeal.read import read_bundle
    from grader.course import load_course

    course = load_course(root)
    with tempfile.TemporaryDirectory(prefix="track-appeal-") as room:
        Path(room).chmod(0o711)  # the sandbox's own user passes through to the work
        appeal = read_bundle(file, Path(room))
        claim = appeal.claim
        module = next((m for m in course.modules if m.slug == claim.assignment), None)
        if module is None or claim.criterion not in {c.id for c in module.criteria}:
            what = f"module {claim.assignment}" if module is None else f"criterion {claim.criterion}"
            raise UsageError_(f"{file}: this course has no {what}", "Name the course that it was graded in: --course.")
        yield appeal, course, module


@contextmanager
def _held(folder: Path | None) -> "Iterator[Journal | None]":
    """The journal of the class, held for this command before anything is written anywhere; ``None`` without one."""
    if folder is None:
        yield None
        return
    from grader.classroom.database import readable
    from grader.classroom.held import held
    from grader.classroom.journal import Journal

    with readable(folder, partial(Journal, folder)) as journal, held(folder):
        yield journal


def _decide(
    appeal: "Appeal", verdict: "Verdict", journal: "Journal | None", *, case: str, reason: str, author: str, at: str
) -> None:
    """Write the decision down: beside the bundle, and in the journal of the class."""
    from grader.appeal.decide import decided, note

    decision = decided(appeal, verdict, case=case, reason=reason, author=author, at=at)
    if journal is not None:
        from grader.classroom.appeals import of_work
        from grader.classroom.records import Appealed

        of = of_work(journal, appeal.claim.tree_hash)
        student = of[0].student if of else ""
        journal.note_appeal(
            Appealed(appeal.id, student, decision.criterion, verdict, case, decision.reason, author, at)
        )
    path = note(appeal.path, decision)
    _say(f"{verdict.capitalize()} by {author}: {decision.reason} (written to {path}).")


def _known(appeal: "Appeal", folder: Path) -> Iterator[str]:
    """What the class's own grading says of this work."""
    from grader.classroom.appeals import of_work
    from grader.classroom.database import readable
    from grader.classroom.journal import Journal
    from grader.domain.status import gravest

    with readable(folder, partial(Journal, folder)) as journal:
        found = readable(folder, partial(of_work, journal, appeal.claim.tree_hash))
    if not found:
        yield f"Nobody in {folder} handed in this work: what that run is said to have seen cannot be held against it."
    wanted = appeal.claim.criterion
    for entry in found:
        observed = entry.measured.evidence.observations if entry.measured else ()
        seen = [o.status for o in observed if o.criterion == wanted]
        status = gravest(seen) if seen else "not measured"
        yield f"In {folder}: the work of {entry.student}, attempt {entry.attempt}, where {wanted} is {status}."


def _next(appeal: "Appeal", module: Module, made: str, folder: Path | None) -> Iterator[str]:
    name = made.partition("/")[2]
    yield "What is next:"
    yield f"  1. Look through {made}: it is somebody's work, and stays in the course. Take names out of it."
    yield f"  2. Mend the check of {appeal.claim.criterion}, until this holds: grader course prove --only {name}"
    if folder is not None:
        yield (
            f"  3. Measure it again: grader class SUBMISSIONS --module {module.number:02d} --out {folder} --resume "
            f"--appeal {appeal.id}"
        )


def _name(title: str) -> str:
    """A name of a case from its title: its first words."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in title.lower()).split()
    return "-".join(words[:6])


def _refuse_without_reason(reason: str) -> None:
    """Before anything is written to the course."""
    if not reason.strip():
        raise UsageError_("a decision needs a reason", "Say why: --reason TEXT. The learner reads it.")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _say(*lines: str) -> None:
    for line in lines:
        out.print(escape(line), soft_wrap=True)
