"""`grader watch`: the public checks again after each save, what failed last first."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import click

from grader.cli import options as opt
from grader.cli.check import on_own_machine
from grader.cli.console import err, escape, explain, out, progress
from grader.domain.errors import EnvironmentError_, SubmissionError
from grader.domain.result import Result
from grader.domain.status import Status
from grader.intake.saved import Mark, changed, marks
from grader.pipeline import Assignment, Options

_EVERY_S = 0.2
_SETTLED_S = 0.1  # editors write a file in several steps, and some save several files
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

    What failed last runs first and is told at once; then all runs, and the reports are written.
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
        rounds.run()
        for paths in saves(submission, seen):
            out.print(f"\n{_named(paths)} changed.")
            rounds.run()


def saves(folder: Path, seen: Mapping[str, Mark]) -> Iterator[tuple[str, ...]]:
    """The paths that are saved after the folder looked like ``seen``, each time that it has settled; never ends.

    What is saved while the caller is at work comes next.
    """
    while True:
        now = marks(folder)
        while changed(seen, now) and changed(now, later := _later(folder)):
            now = later
        if paths := changed(seen, now):
            seen = now
            yield paths
        else:
            time.sleep(_EVERY_S)


def _later(folder: Path) -> dict[str, Mark]:
    time.sleep(_SETTLED_S)
    return marks(folder)


@dataclass(slots=True)
class Rounds:
    """Runs the checks of an assignment on a folder again and again; ``open`` are the criteria that failed last."""

    submission: Path
    assignment: Assignment
    options: Options
    finish: Callable[[Result], None]
    open: tuple[str, ...] = ()

    def run(self) -> None:
        """What failed last, told at once; then all, which is left to the next round if there was a save meanwhile."""
        if self.open:
            before = marks(self.submission)
            first = self._graded(opt.only(self.assignment.module, self.open))
            if first is not None:
                for line in told(first, self.open):
                    out.print(line, markup=False, soft_wrap=True)
            if changed(before, marks(self.submission)):
                return
        result = self._graded(None)
        if result is not None:
            self.open = still_open(result)
            self.finish(result)

    def _graded(self, criteria: tuple[str, ...] | None) -> Result | None:
        """The result; ``None``, after a word about it, where the next save may mend what was in the way."""
        from grader.pipeline import grade

        choices = replace(self.options, criteria=criteria)
        try:
            with progress() as show:
                return grade(self.submission, self.assignment, choices, progress=show if criteria is None else _silent)
        except (SubmissionError, EnvironmentError_) as problem:
            explain(problem)
            err.print("Waiting for the next save.")
            return None


def still_open(result: Result) -> tuple[str, ...]:
    """The ids of the criteria that fail, the first of the list first; none where the project does not even start.

    What waits for another is not among them: it cannot pass before that does.
    """
    if result.start is not None:
        return ()
    return tuple(c.id for c in result.criteria if c.status is Status.FAILED)


def told(result: Result, ids: tuple[str, ...]) -> Iterator[str]:
    """A line for each of these criteria, and nothing of what they require."""
    if result.start is not None:
        yield "The project does not start."
        return
    words = {Status.PASSED: "passes now", Status.FAILED: "still fails", Status.BLOCKED: "waits for another"}
    for criterion in result.criteria:
        if criterion.id in ids:
            yield f"{criterion.title}: {words.get(criterion.status, 'could not be measured')}"


def _written(result: Result, out_dir: Path, formats: tuple[str, ...], submission: Path) -> None:
    from grader.cli.outcome import finish

    finish(result, out_dir, formats, staff=False, console=out, given=submission)
    out.print("Waiting for the next save; Ctrl-C ends it.", markup=False)


def _named(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
    return escape(", ".join(paths[:_MOST_NAMED]) + more)


def _silent(_: object) -> None:
    """The first answer is a matter of moments."""
