"""The folder that reports are written to: seen to be fit for that before anything is graded."""

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.domain.errors import UsageError_

_ANOTHER = "Choose another folder: --out DIR."


@contextmanager
def destination(out_dir: Path, submission: Path, *, inside: bool = False) -> Iterator[None]:
    """Holds the folder for one run; a folder that was made for it and stays empty is removed again.

    ``inside`` says that it may lie in the submission, as on a learner's own machine: a folder of reports alone is no
    part of what is graded.

    Raises:
        UsageError_: it cannot be written, is the submission or lies in it, or another run writes there.
    """
    _refuse_in(submission, out_dir, inside=inside)
    made = _made(out_dir)
    try:
        with _held(out_dir):
            yield
    finally:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()


def _refuse_in(submission: Path, out_dir: Path, *, inside: bool) -> None:
    with suppress(OSError, ValueError):
        within, place = submission.resolve(), out_dir.resolve()
        if not within.is_dir() or not place.is_relative_to(within):
            return
        from grader.intake.leftovers import are_reports

        found = [path.name for path in place.iterdir()] if place.is_dir() else []
        if inside and place != within and are_reports(found):
            return
        where = "is the submission itself" if place == within else "lies in the submission"
        raise UsageError_(
            f"--out {out_dir} {where}: reports there would change what is graded",
            "Name a folder outside of it, such as --out ../reports.",
        )


def _made(out_dir: Path) -> list[Path]:
    """The folders that had to be made, the outermost first."""
    missing = [folder for folder in (*reversed(out_dir.parents), out_dir) if not folder.exists()]
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out_dir):
            return missing
    except OSError as problem:
        for folder in reversed(missing):
            with suppress(OSError):
                folder.rmdir()
        raise UsageError_(f"reports cannot be written to {out_dir}: {_reason(problem)}", _ANOTHER) from None


def _reason(problem: OSError) -> str:
    if problem.errno == errno.EEXIST:
        return "it is a file"
    return problem.strerror or type(problem).__name__


@contextmanager
def _held(out_dir: Path) -> Iterator[None]:
    descriptor = os.open(out_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            if problem.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                yield  # a file system without locks
                return
            raise UsageError_(f"another run is writing its reports to {out_dir}", f"Wait for it. {_ANOTHER}") from None
        yield
    finally:
        os.close(descriptor)
