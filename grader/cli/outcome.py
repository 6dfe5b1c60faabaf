"""The end of a grading: write the reports, print the verdict, choose the exit code."""

import errno
import os
import tempfile
from pathlib import Path

from rich.console import Console

from grader.cli.options import program
from grader.domain.errors import UsageError_
from grader.domain.evidence import MUTATION_REPORT
from grader.domain.result import Result
from grader.report import REPORTS, decode, for_learners, for_staff, terminal, with_changes

_DEFAULT = ("json", "html", "markdown")
_MUTATION = "mutation.json"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def make_ready(formats: tuple[str, ...]) -> None:
    """Do all of writing the reports in ``formats`` that needs no result."""
    for name in formats or _DEFAULT:
        REPORTS[name].make_ready()


def finish(
    result: Result,
    out_dir: Path,
    formats: tuple[str, ...],
    *,
    staff: bool,
    console: Console,
    verbose: bool = False,
    given: Path | None = None,
) -> int:
    """Write the reports in ``formats`` to ``out_dir``, print the verdict; 0 met, 1 not met, 3 not graded.

    A practice run can meet no bar; it gives 0 if nothing of what it looked at failed. What a result.json in ``out_dir``
    says of an earlier run of the same work is compared first, where ``given``, the submission's path, was just graded.
    """
    if given is not None:
        result = with_changes(result, earlier(out_dir))
    written = write_reports(result, out_dir, formats, staff=staff)
    shown = for_staff(result) if staff else for_learners(result)
    console.print(terminal(shown, faults=staff, verbose=verbose, path=str(given or ""), program=program()))
    for path in written:
        console.print(f"  {path}", markup=False, soft_wrap=True)
    if not result.graded:
        return 3
    practised = (result.scope == "public" or bool(result.unmeasured)) and result.nothing_open
    return 0 if result.met or practised else 1


def write_reports(result: Result, out_dir: Path, formats: tuple[str, ...], *, staff: bool) -> list[Path]:
    """Write the reports in ``formats`` to ``out_dir``, and what is for other programs to read: the paths.

    Raises:
        UsageError_: it cannot be written.
    """
    shown = for_staff(result) if staff else for_learners(result)
    written = [
        _write(out_dir, REPORTS[name].file_name, REPORTS[name].render(shown, staff=staff))
        for name in formats or _DEFAULT
    ]
    others = (artefact.body for artefact in shown.artefacts if artefact.kind == MUTATION_REPORT)
    return written + [_write(out_dir, _MUTATION, body + "\n") for body in others]


def earlier(out_dir: Path) -> Result | None:
    """The result that the folder holds from a run before this one, if it can be read."""
    try:
        return decode((out_dir / REPORTS["json"].file_name).read_bytes())
    except (OSError, UsageError_):
        return None


def _write(folder: Path, name: str, text: str) -> Path:
    """Write a whole file or none: nobody meets a half-written report, and a full disk is left no part of one."""
    temporary = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        return Path(temporary).replace(folder / name)
    except OSError as problem:
        room = "Make room there, or choose" if problem.errno in _FULL else "Choose"
        raise UsageError_(
            f"cannot write {folder / name}: {problem.strerror}", f"{room} another folder: --out DIR."
        ) from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
