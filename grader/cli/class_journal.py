"""The journal of a class, as every command opens it: with a word where it was one of an earlier version."""

from pathlib import Path

from grader.classroom.database import NAME, readable
from grader.classroom.journal import Journal
from grader.cli.console import err, escape


def open_journal(folder: Path, *, create: bool = False) -> Journal:
    """The journal in the folder, to be closed.

    Raises:
        UsageError_: there is none (unless ``create``), or it is of a newer version.
        EnvironmentError_: it cannot be read or written.
    """
    journal = readable(folder, lambda: Journal(folder, create=create))
    if journal.upgraded_from is not None:
        text = (
            f"{folder / NAME} was of an earlier version of the grader and is of this one from now on, with all that is "
            "in it. An earlier grader will refuse it."
        )
        err.print(escape(text), soft_wrap=True)
    return journal
