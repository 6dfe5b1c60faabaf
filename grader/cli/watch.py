"""`grader watch`: the public checks again after each save, what failed last first."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

import click

from grader.cli import options as opt
from grader.cli.check import on_own_machine
from grader.cli.console import escape, out
from grader.cli.rounds import Rounds
from grader.domain.result import Result
from grader.intake.saved import Mark, changed, marks
from grader.pipeline import Options

_EVERY_S = 0.1
_SETTLED_S = 0.06  # editors write a file in several steps, and some save several files
_MOST_NAMED = 3


@click.command("watch")
@click.argument("submission", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path())
@opt.module_option
@opt.path_option
@opt.out_option
@opt.format_option
@opt.sandbox_option
@opt.course_option
@click.option("--database", type=click.Choice(["postgres", "sqlite"]), default="sqlite", show_default=True)
def command(
    submission: Path,
    number: int | None,
    path: str | None,
    out_dir: Path,
    formats: tuple[str, ...],
    sandbox: Literal["auto", "bubblewrap", "process"],
    course_dir: Path | None,
    database: Literal["postgres", "sqlite"],
) -> None:
    """Run the public checks on SUBMISSION (here, unless named) after each save, until Ctrl-C.

    What failed last runs first, then what runs code of the files that were saved; each is told as soon as it is known.
    Then all else runs, and the reports are written.
    """
    from grader.cli.assign import assignment
    from grader.cli.destination import destination

    with (
        assignment(opt.find_course(course_dir), number, submission, path) as chosen,
        destination(out_dir, submission, inside=True),
    ):
        chosen = replace(chosen, module=chosen.module.counting())
        choices = Options(
            state_dir=opt.state_dir(),
            sandbox=on_own_machine(sandbox),
            database=database,
            mode="savepoint",
            path=path,
            public_only=True,
            # They take minutes: `grader check --gates` measures them. Where none counts, nothing is left out.
            gates=() if chosen.module.gates else None,
        )
        rounds = Rounds(submission, chosen, choices, lambda result: _written(result, out_dir, formats, submission))
        seen = marks(submission)
        with rounds:
            rounds.run()
            for paths in saves(submission, seen, rounds.warm.heat):
                out.print(f"\n{_named(paths)} changed.")
                rounds.run(paths)


def saves(
    folder: Path, seen: Mapping[str, Mark], meanwhile: Callable[[], None] = lambda: None
) -> Iterator[tuple[str, ...]]:
    """The paths that are saved after the folder looked like ``seen``, each time that it has settled; never ends.

    What is saved while the caller is at work comes next. ``meanwhile`` is called whenever nothing is saved.
    """
    while True:
        now = marks(folder)
        while changed(seen, now) and changed(now, later := _later(folder)):
            now = later
        if paths := changed(seen, now):
            seen = now
            yield paths
        else:
            meanwhile()
            time.sleep(_EVERY_S)


def _later(folder: Path) -> dict[str, Mark]:
    time.sleep(_SETTLED_S)
    return marks(folder)


def _written(result: Result, out_dir: Path, formats: tuple[str, ...], submission: Path) -> None:
    from grader.cli.outcome import finish

    finish(result, out_dir, formats, staff=False, console=out, given=submission)
    out.print("Waiting for the next save; Ctrl-C ends it.", markup=False)


def _named(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
    return escape(", ".join(paths[:_MOST_NAMED]) + more)
