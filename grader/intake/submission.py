"""One submission as the grader sees it from here on: plain files of our own, whatever they came from."""

from dataclasses import dataclass
from pathlib import Path

from grader.domain.errors import EnvironmentError_, SubmissionError
from grader.intake.archive import SUFFIXES, from_archive, is_archive
from grader.intake.commit import from_commit
from grader.intake.folder import from_folder
from grader.intake.limits import IntakeLimits
from grader.intake.names import shown
from grader.intake.store import Store


@dataclass(frozen=True, slots=True)
class Submission:
    """A materialised submission.

    ``source`` is how people name it, ``root`` the trusted copy (plain files, not writable). ``tree_hash`` is a
    SHA-256 over paths, contents and executable bits. ``files`` are paths from the root, sorted; ``notices`` tell
    the learner what was left out, and why.
    """

    source: str
    root: Path
    commit: str | None
    tree_hash: str
    files: tuple[str, ...]
    notices: tuple[str, ...]


def take_in(source: Path, *, into: Path, commit: str | None = None, limits: IntakeLimits | None = None) -> Submission:
    """Copy a submission into the new folder ``into``.

    ``source`` is a folder, a git repository with ``commit``, or a zip or tar archive.

    Raises:
        SubmissionError: it is not there, too large, damaged or has not a single file; the hint says what to do.
        EnvironmentError_: the copy cannot be written.
    """
    try:
        store = Store(into, limits or IntakeLimits())
        found = _read(source, commit, store)
    except OSError as problem:
        raise EnvironmentError_(
            f"the submission cannot be copied: {problem.strerror}",
            f"Check the disk and the permissions of {into.parent}, then run the same command again.",
        ) from problem
    if not store.files:
        raise SubmissionError(f"{shown(str(source))} has no files", "Name the folder that holds manage.py.")
    return Submission(
        source=shown(source.resolve().name),
        root=into,
        commit=found,
        tree_hash=store.tree_hash(),
        files=tuple(sorted(store.files)),
        notices=store.all_notices(),
    )


def _read(source: Path, commit: str | None, store: Store) -> str | None:
    try:
        source.stat()
    except (OSError, ValueError):
        raise SubmissionError(f"there is no {shown(str(source))}", "Check the path of the submission.") from None
    if source.is_symlink():  # among a class's submissions it may point at another's, or at the staff's own solution
        raise SubmissionError(f"{shown(str(source))} is a symbolic link", "Name the folder that it points to.")
    if commit is not None:
        return from_commit(source, commit, store)
    if source.is_dir():
        from_folder(source, store)
    elif is_archive(source):
        from_archive(source, store)
    else:
        raise SubmissionError(
            f"{shown(str(source))} is a file, not a project",
            f"Name the folder that holds manage.py, or an archive of it ({', '.join(SUFFIXES)}).",
        )
    return None
