"""`grader review`: what only a person can judge, from an empty form to the evidence in a result."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import calibrate
from grader.cli import options as opt
from grader.cli.console import err, escape, out

if TYPE_CHECKING:
    from grader.domain.result import Result
    from grader.review.nouns import Problem, Review

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
roster_option = click.option(
    "--roster", "roster_file", type=_FILE, help="Who may review: a CSV file, or a name a line."
)


@click.group("review")
def command() -> None:
    """Judge what no program can: a form with the machine's evidence, its check, and several brought together."""


command.add_command(calibrate.command)


@command.command("new")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@opt.module_option
@opt.path_option
@opt.course_option
@click.option("--commit", help="Of a SOURCE that is a git repository, take this commit.")
@click.option(
    "--pull-request", "request", type=_FILE, help="Text of the pull request, to be held against the template."
)
@click.option("--reviewer", default="", help="Name of the reviewer, to be written into the form.")
@click.option("--from", "older", type=_FILE, help="An older form: what was written in it is taken over.")
@click.option(
    "--out",
    "target",
    type=click.Path(path_type=Path),
    default=Path("review.md"),
    show_default=True,
    help="The new file.",
)
def new(
    source: Path,
    number: int | None,
    path: str | None,
    course_dir: Path | None,
    commit: str | None,
    request: Path | None,
    reviewer: str,
    older: Path | None,
    target: Path,
) -> None:
    """Begin a review of SOURCE: a result.json, or a submission that nobody has graded yet.

    A result brings the machine's evidence into the form. The form is Markdown, to be filled in with any editor.
    """
    from grader.course.peer_review import load_items
    from grader.review.items import items_of, with_manual
    from grader.review.new import form_of_result, form_of_submission, words_of, write_new
    from grader.review.pull_request import TEMPLATE, compared, read_text
    from grader.review.raw import read_raw

    root = opt.find_course(course_dir)
    items = load_items(root)
    said = compared(read_text(request), read_text(root / TEMPLATE)) if request else None
    raw = read_raw(older) if older else None
    reviewer = " ".join(reviewer.split()) or (raw.reviewer if raw else "")
    if source.is_file() and source.suffix == ".json":
        result = read_result(source)
        known = tuple(item.id for item in items_of(result, items))
        words = words_of(raw, result.assignment, known) if raw else {}
        text = form_of_result(result, items, said, reviewer, words)
    else:
        from grader.cli.assign import named_by
        from grader.course import load_course
        from grader.intake import take_in

        course = load_course(root)
        chosen = number or named_by(source / (path or ""), course)
        module = next(m for m in course.modules if m.number == chosen)
        known = tuple(item.id for item in with_manual(items, (c for c in module.criteria if c.manual)))
        words = words_of(raw, module.slug, known) if raw else {}
        with tempfile.TemporaryDirectory(prefix="track-review-") as room:
            taken = take_in(source, into=Path(room) / "copy", commit=commit, folder=path, slug=module.slug)
            text = form_of_submission(taken, module, items, said, reviewer, words)
    write_new(target, text)
    _say(f"Wrote {target}, with {len(known)} items. Fill it in, then: grader review check {target}")
    for problem in raw.problems if raw else ():
        _say(f"Not taken over from {problem}")


@command.command("check")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@roster_option
@click.option(
    "--submission",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder in which the places that they name have to be.",
)
def check(files: tuple[Path, ...], roster_file: Path | None, submission: Path | None) -> None:
    """See whether reviews are complete: 1 if something is missing, with its line and what to do. Changes nothing."""
    reviews, problems = checked(files, roster_file, submission)
    show(problems)
    for path in dict.fromkeys(problem.path for problem in problems):
        count = sum(problem.path == path for problem in problems)
        _say(f"{path} is not finished: {count} {'thing is' if count == 1 else 'things are'} open.")
    for review in reviews:
        _say(f"{review.path} is complete: {len(review.answers)} items, by {review.reviewer}.")
    raise click.exceptions.Exit(1 if problems else 0)


@command.command("merge")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--result", "stored", type=_FILE, help="The result.json that the reviews are to enter.")
@opt.out_option
@opt.format_option
@roster_option
@opt.course_option
@click.option("--staff", is_flag=True, help="Keep the grader's own faults in the reports: not for learners' eyes.")
def merge(
    files: tuple[Path, ...],
    stored: Path | None,
    out_dir: Path,
    formats: tuple[str, ...],
    roster_file: Path | None,
    course_dir: Path | None,
    staff: bool,
) -> None:
    """Bring the reviews in FILES together: who disagrees on what, and of a class how far they agree.

    With --result, reviews of that one submission enter its reports, as evidence of what a person judges. Its score and
    all that was measured stay as they are.
    """
    from grader.review.merge import merge as bring_together
    from grader.review.tell import overview

    reviews, problems = checked(files, roster_file, None)
    if problems:
        show(problems)
        _say("Nothing was merged. Have these finished, or leave their files out.")
        raise click.exceptions.Exit(1)
    merged = bring_together(reviews)
    for line in overview(merged):
        _say(line)
    if stored is None:
        return
    from grader.course.peer_review import load_items
    from grader.domain.errors import UsageError_
    from grader.report import for_learners
    from grader.review.enter import with_review

    if len(merged) > 1:
        raise UsageError_(
            f"--result is of one submission, and these are reviews of {len(merged)}", "Give those of one at a time."
        )
    result = read_result(stored)
    if not staff and for_learners(result) != result and (out_dir / "result.json").resolve() == stored.resolve():
        raise UsageError_(
            f"{stored} has faults for staff, which would be lost", "Say --staff, or name another folder: --out DIR."
        )
    entered = with_review(result, merged[0], load_items(opt.find_course(course_dir)))
    from grader.cli.outcome import write_reports

    written = write_reports(entered, out_dir, formats, staff=staff)
    _say(f"Wrote {', '.join(map(str, written))}. The score is as it was.")


def read_result(path: Path) -> "Result":
    """The result in this file. Raises ``UsageError_`` if it is none."""
    from grader.domain.errors import UsageError_
    from grader.report import decode

    try:
        return decode(path.read_bytes())
    except UsageError_ as wrong:
        raise UsageError_(f"{path}: {wrong.message}", wrong.hint) from None
    except OSError as wrong:
        raise UsageError_(f"{path} cannot be read: {wrong.strerror}", "Name a result.json.") from None


def checked(
    files: tuple[Path, ...], roster_file: Path | None, submission: Path | None
) -> tuple[list["Review"], list["Problem"]]:
    """The reviews that are complete, and what is wrong in the others. Raises ``UsageError_`` for what is no review."""
    from grader.review.check import check as look
    from grader.review.roster import read_roster

    roster = read_roster(roster_file) if roster_file else None
    found = [look(path, roster=roster, submission=submission) for path in dict.fromkeys(files)]
    return [review for review, _ in found if review], [problem for _, problems in found for problem in problems]


def show(problems: list["Problem"]) -> None:
    """Print what is wrong, each with its place and what to do."""
    for problem in problems:
        err.print(f"[red]✗[/] {escape(str(problem))}", soft_wrap=True)
        err.print(f"  {escape(problem.remedy)}", soft_wrap=True)


def _say(line: str) -> None:
    out.print(escape(line), soft_wrap=True)
