"""`grader class`: a whole class, side by side, resumable."""

import os
from functools import partial
from pathlib import Path
from typing import Literal

import click
from click.core import ParameterSource

from grader.cli import options as opt
from grader.cli import remote
from grader.cli.console import progress
from grader.domain.course import Module
from grader.domain.errors import UsageError_

_FILE = click.Path(path_type=Path)


@click.command("class")
@click.argument("submissions", type=_FILE)
@click.option("--module", "number", type=click.IntRange(1, 5), required=True, help="Number of the module, such as 02.")
@click.option("--out", "out_dir", type=_FILE, required=True, help="The class's folder: its journal and its reports.")
@click.option("--roster", type=_FILE, help="Who is in the class: CSV with a column `id`.")
@click.option("--index", type=_FILE, help="What was handed in when, as which attempt: CSV.")
@click.option("--policy", type=_FILE, help="Deadline, lateness, extensions and attempts: TOML.")
@click.option("--workers", type=click.IntRange(1, 64), help="Gradings at a time [one a core].")
@click.option("--executor", type=click.Choice(["serial", "pool", "celery"]), default="pool", show_default=True)
@remote.broker_option
@remote.store_option
@remote.key_option
@click.option(
    "--ahead",
    type=click.IntRange(1, 5000),
    default=200,
    show_default=True,
    help="With celery: gradings sent ahead.",
)
@click.option("--resume", is_flag=True, help="Go on with the class in the folder; nothing is graded twice.")
@click.option(
    "--minutes", type=click.FloatRange(0.05, 1440), default=30.0, show_default=True, help="Longest for one grading."
)
@click.option(
    "--only", "criteria", multiple=True, help="Only this criterion; may be repeated. With --resume: all else is kept."
)
@click.option("--appeal", metavar="ID", help="With --resume: measure again what this accepted appeal is about.")
@click.option("--why", default="graded", show_default=True, help="Why, for the record of the scores that change.")
@click.option("--author", help="Who grades, for the record of scores [the user's name].")
@opt.seed_option
@opt.sandbox_option
@opt.course_option
def command(
    submissions: Path,
    number: int,
    out_dir: Path,
    roster: Path | None,
    index: Path | None,
    policy: Path | None,
    workers: int | None,
    executor: Literal["serial", "pool", "celery"],
    broker: str | None,
    store: str | None,
    key_file: Path | None,
    ahead: int,
    resume: bool,
    minutes: float,
    criteria: tuple[str, ...],
    appeal: str | None,
    why: str,
    author: str | None,
    seed: int | None,
    sandbox: Literal["auto", "bubblewrap", "process"],
    course_dir: Path | None,
) -> None:
    """Grade all of SUBMISSIONS, a folder with a folder or an archive for each student, and write the gradebook.

    Exit codes: 0 all that was handed in has a grade, 1 some could not be taken in, 2 misuse, 3 some could not be
    graded through a fault of the machine.
    """
    from grader.classroom.database import readable
    from grader.classroom.held import held
    from grader.classroom.opening import Lists
    from grader.cli import class_book
    from grader.cli.assign import of_number
    from grader.cli.class_journal import open_journal
    from grader.cli.class_run import Wanted, graded
    from grader.course import load_course
    from grader.pipeline import Options
    from grader.sandbox.temporary import refuse_closed

    refuse_inside(submissions, out_dir)
    _refuse_unused(executor)
    if appeal is not None:
        criteria, why = _appealed(out_dir, appeal, criteria, why, resume=resume)
    course = opt.find_course(course_dir)
    at_once = 1 if executor != "pool" else workers or os.cpu_count() or 1
    elsewhere = remote.needed(broker, store, key_file, ahead) if executor == "celery" else None
    refuse_closed()
    chosen = of_number(load_course(course), number, out_dir)  # a control, where one is needed, is each grading's own
    with held(out_dir), progress() as show:
        options = Options(
            opt.state_dir(),
            sandbox=sandbox,
            seed=seed,
            criteria=opt.only(chosen.module, criteria),
            lanes=opt.lanes() if at_once == 1 and elsewhere is None else 1,
        )
        lists = Lists(roster, index, policy)
        wanted = Wanted(
            course,
            chosen,
            options,
            submissions,
            out_dir,
            lists,
            at_once,
            _limit_s(minutes, at_once, chosen.module),
            resume,
            elsewhere,
            why=" ".join(why.split()) or "graded",
        )
        with open_journal(out_dir, create=True) as journal:
            code = readable(out_dir, lambda: graded(wanted, journal, show, class_book.author(author)))
    raise click.exceptions.Exit(code)


def _appealed(
    out_dir: Path, name: str, criteria: tuple[str, ...], why: str, *, resume: bool
) -> tuple[tuple[str, ...], str]:
    """The criterion of an accepted appeal, beside those that were named, and why it is measured again."""
    if not resume:
        raise UsageError_("--appeal is about a class that was graded", "Say --resume, and the same --out as then.")
    from grader.classroom.appeals import accepted
    from grader.classroom.database import readable
    from grader.cli.class_journal import open_journal

    with open_journal(out_dir) as journal:
        found = readable(out_dir, partial(accepted, journal, name))
    return tuple(dict.fromkeys((*criteria, found.criterion))), found.why if why == "graded" else f"{found.why} ({why})"


def _limit_s(minutes: float, at_once: int, module: Module) -> float:
    """How long one grading may take. Gates that measure time wait for each other, which is no fault of any of them."""
    waits = any(gate.metric.startswith("performance.") for gate in module.gates)
    return minutes * 60 * (at_once if waits else 1)


def _refuse_unused(executor: str) -> None:
    """What is said on the command line and would change nothing; that a variable is set means nothing by itself."""
    context = click.get_current_context()
    remotely = ("broker", "store", "key_file", "ahead")
    unused = {"serial": ("workers", *remotely), "pool": remotely, "celery": ("workers",)}[executor]
    said = [name for name in unused if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if not said:
        return
    option = next(p.opts[0] for p in context.command.params if p.name == said[0])
    hint = "Say --executor celery, or leave it out."
    if said[0] == "workers":
        hint = "Leave it out, or say --executor pool. Workers of their own machines have it themselves: grader worker."
    raise UsageError_(f"{option} has no meaning with --executor {executor}", hint)


def refuse_inside(submissions: Path, out_dir: Path) -> None:
    """Raises ``UsageError_`` where what is written would be taken for a submission."""
    if out_dir.resolve().is_relative_to(submissions.resolve()):
        raise UsageError_(
            f"--out {out_dir} lies in the submissions: it would be taken for one", "Name a folder beside them."
        )
