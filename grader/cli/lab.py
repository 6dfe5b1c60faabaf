"""`grader lab`: the notebook of a module, released to learners and graded without trusting what they hand in."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import options as opt
from grader.cli.console import err, escape, out, progress
from grader.domain.progress import Progress

if TYPE_CHECKING:
    from grader.lab.nouns import Graded, Lab
    from grader.sandbox.api import Kind


@click.group("lab")
def command() -> None:
    """Release the notebook of a module, and grade what learners hand in of it."""


@command.command("release")
@click.argument("number", type=click.IntRange(1, 5), metavar="MODULE")
@opt.out_option
@opt.course_option
def release(number: int, out_dir: Path, course_dir: Path | None) -> None:
    """Write the learner's notebook of MODULE, such as 05: without solutions and hidden tests."""
    from grader.lab.release import release as make

    lab = _lab(number, course_dir)
    with progress() as show:
        made = make(lab, out_dir, state_dir=opt.state_dir(), kind="auto", progress=lambda text: show(Progress(text)))
    out.print(escape(f"Released {made}: no solution and no hidden test was found in it."), soft_wrap=True)


@command.command("grade")
@click.argument("notebooks", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="NOTEBOOK...")
@opt.module_option
@opt.out_option
@opt.course_option
@opt.sandbox_option
def grade(
    notebooks: tuple[Path, ...],
    number: int | None,
    out_dir: Path,
    course_dir: Path | None,
    sandbox: "Kind",
) -> None:
    """Grade notebooks: files such as ada.ipynb, or folders that hold them or ada/NAME.ipynb.

    Writes feedback/STUDENT/report.html and result.json, results.json, scores.csv, and the gradebook for nbgrader's form
    for graders. Grade into the same folder again to read what people have entered there.
    """
    from grader.cli.destination import destination
    from grader.lab.grade import grade as measure
    from grader.lab.handed_in import named
    from grader.lab.report import write
    from grader.sandbox import open_sandbox

    if number is None:
        raise click.UsageError("Say whose lab it is: --module 05.")
    lab = _lab(number, course_dir)
    found = named(notebooks, lab.name)
    state_dir = opt.state_dir()
    with destination(out_dir, notebooks[0]), progress() as show:
        box = open_sandbox(sandbox, state_dir=state_dir)
        try:
            graded = measure(
                lab,
                found,
                out=out_dir,
                sandbox=box,
                state_dir=state_dir,
                progress=lambda text, done, total: show(Progress(text, done, total)),
            )
        finally:
            box.close()
        write(graded, out_dir)
    _show(graded)
    out.print(escape(f"Reports: {out_dir / 'feedback'}"), soft_wrap=True)
    raise click.exceptions.Exit(_code(graded))


def _lab(number: int, course_dir: Path | None) -> "Lab":
    from grader.course import load_course
    from grader.lab.source import load_lab

    course = load_course(opt.find_course(course_dir))
    module = next(module for module in course.modules if module.number == number)
    return load_lab(course.root / "modules" / module.slug, assignment=module.slug, number=number)


def _show(graded: "tuple[Graded, ...]") -> None:
    from grader.domain.status import Status
    from grader.lab.report import points, sentence
    from grader.report.words import ICONS

    for one in graded:
        out.print(f"[bold]{escape(one.student)}[/]: {escape(sentence(one))}", soft_wrap=True)
        for question in one.questions if len(graded) == 1 else ():
            score = "–" if question.score is None else points(question.score)
            line = f"  {ICONS[question.status]} {question.title}: {score} of {points(question.max_score)}"
            says = f". {question.says}" if question.status is not Status.PASSED and question.says else ""
            out.print(escape(line + says), soft_wrap=True)
        for note in one.notes:
            out.print(escape(f"  {note}"), soft_wrap=True)
    if graded and not graded[0].official:
        err.print("[yellow]Unofficial:[/] the notebooks were not isolated as a grade asks for.", soft_wrap=True)


def _code(graded: "tuple[Graded, ...]") -> int:
    """0 if each notebook was graded, 1 if one could not be read, 3 if a fault of the machine kept one from it."""
    from grader.domain.status import Status

    if any(q.status is Status.ERRORED for one in graded for q in one.questions):
        return 3
    return 1 if any(one.problem for one in graded) else 0
