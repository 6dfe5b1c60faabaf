"""What all commands share: the console, progress on anything over a second, and how errors read."""

import codecs
import io
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape as _markup

from grader.cli.stopping import finished, told
from grader.domain.errors import GraderError, SubmissionError
from grader.domain.progress import Progress as Step
from grader.report.escape import terminal
from grader.report.plain import likeness


def _readable(problem: UnicodeError) -> tuple[str, int]:
    """What a console with an old code page gets for what it cannot print: of icons a likeness, of letters a number."""
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    missing = problem.object[problem.start : problem.end]
    return "".join(likeness(c) or c.encode("ascii", "backslashreplace").decode() for c in missing), problem.end


# No letter of a submission ends a grading because a console does not know it.
codecs.register_error("readable", _readable)
for _stream in (sys.stdout, sys.stderr):
    if isinstance(_stream, io.TextIOWrapper):
        _stream.reconfigure(errors="readable")
_EVERY_S = 15.0
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@contextmanager
def progress() -> Iterator[Callable[[Step], None]]:
    """A line on stderr that tells what is being done; on a pipe, one plain line for each new step."""
    if not err.is_terminal:
        yield told(_plain())
        finished()
        return
    # Not at the top: only a terminal shows a bar.
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=err, transient=True) as bar:
        task = bar.add_task("Starting", total=None)
        yield told(
            lambda step: bar.update(task, description=escape(step.text), completed=step.done, total=step.total or None)
        )
    finished()


def escape(text: str) -> str:
    """Any text for the console: a message may name a file of a submission, and a file may be called anything."""
    return _markup(terminal(text))


def _plain() -> Callable[[Step], None]:
    seen: list[str] = [""]
    last = time.monotonic()

    def show(step: Step) -> None:
        nonlocal last
        if step.text == seen[-1]:
            return
        if not step.total:
            seen.append(step.text)
            err.print(escape(step.text))
        elif time.monotonic() - last >= _EVERY_S:  # of many small steps one now and then: somebody reads this
            last = time.monotonic()
            err.print(escape(f"{step.text} ({step.done} of {step.total})"))

    return show


def explain(error: Exception) -> int:
    """Print an error as a person should read it, and give the exit code for it."""
    if isinstance(error, GraderError):
        err.print(f"[bold red]Error:[/] {escape(error.message)}", soft_wrap=True)
        if todo := advice(error):
            err.print(f"[bold]What to do:[/] {escape(todo)}", soft_wrap=True)
        return error.exit_code
    err.print(f"[bold red]The grader itself failed:[/] {escape(type(error).__name__)}: {escape(str(error))}")
    if os.environ.get("GRADER_DEBUG"):
        err.print(escape("".join(traceback.format_exception(error))))
    else:
        err.print("This is not the submission's fault. Run again with GRADER_DEBUG=1 for the details, and report it.")
    return 3


def advice(error: GraderError) -> str:
    """What to do, and the option that does the same here: what ends in this error grades one submission."""
    option = error.option if isinstance(error, SubmissionError) else ""
    return f"{error.hint.removesuffix('.')}, or name it: {option}" if option else error.hint
