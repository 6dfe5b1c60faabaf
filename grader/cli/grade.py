"""`grader grade`: one submission, all checks, official in a real sandbox."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import click

from grader.cli import options as opt
from grader.cli.console import out, progress


@click.command("grade")
@click.argument("submission", type=click.Path(path_type=Path))
@opt.assignment_option
@opt.path_option
@opt.out_option
@opt.format_option
@opt.verbose_option
@opt.sandbox_option
@opt.seed_option
@opt.course_option
@click.option("--commit", help="Grade this commit of a git repository instead of the files of a folder.")
@click.option("--database", type=click.Choice(["postgres", "sqlite"]), default="postgres", show_default=True)
@click.option("--mode", type=click.Choice(["fork", "savepoint"]), default="fork", show_default=True, help="Isolation.")
@click.option("--jobs", type=click.IntRange(1, 16), help="Processes that share the checks; one a core, up to four.")
@opt.only_option
@click.option("--fresh", is_flag=True, help="Measure anew, even what was measured before and has not changed since.")
@click.option("--staff", is_flag=True, help="Show the grader's own faults too: not for learners' eyes.")
def command(
    submission: Path,
    number: int | str | None,
    path: str | None,
    out_dir: Path,
    formats: tuple[str, ...],
    verbose: bool,
    sandbox: Literal["auto", "bubblewrap", "process"],
    seed: int | None,
    course_dir: Path | None,
    commit: str | None,
    database: Literal["postgres", "sqlite"],
    mode: Literal["fork", "savepoint"],
    criteria: tuple[str, ...],
    jobs: int | None,
    fresh: bool,
    staff: bool,
) -> None:
    """Grade SUBMISSION (a folder, a git repository or an archive) with every check of a module, or by the rubric of the
    capstone.
    """
    from grader.cli.assign import assignment, capstone, is_capstone
    from grader.cli.destination import destination
    from grader.cli.make_ready import with_reports_ready
    from grader.pipeline import EvidenceStore, Options, grade, grade_capstone

    course = opt.find_course(course_dir)
    choices = Options(
        state_dir=opt.state_dir(),
        sandbox=sandbox,
        database=database,
        mode=mode,
        seed=seed,
        path=path,
        commit=commit,
        lanes=jobs or opt.lanes(),
        fresh=fresh,
    )
    store = EvidenceStore(opt.state_dir() / "evidence")
    if is_capstone(submission, path, number):
        with capstone(course) as whole, destination(out_dir, submission), progress() as show:
            chosen_part = opt.only_evidence(whole, criteria)
            shown = with_reports_ready(show, formats)
            result = grade_capstone(submission, chosen_part, choices, progress=shown, store=store)
    else:
        with (
            assignment(course, opt.module_number(number), submission, path) as chosen,
            destination(out_dir, submission),
            progress() as show,
        ):
            choices = replace(choices, criteria=opt.only(chosen.module, criteria))
            result = grade(submission, chosen, choices, progress=with_reports_ready(show, formats), store=store)
    from grader.cli.outcome import finish  # by now it is imported, where a check ran

    raise click.exceptions.Exit(
        finish(result, out_dir, formats, staff=staff, console=out, verbose=verbose, given=submission)
    )
