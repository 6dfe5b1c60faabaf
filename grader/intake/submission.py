"""One submission as the grader sees it from here on: plain files of our own, whatever they came from."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from grader.domain.errors import EnvironmentError_, SubmissionError
from grader.intake.archive import archive_source, refuse_unless_archive
from grader.intake.bounds import bounded, largest
from grader.intake.commit import commit_source
from grader.intake.entries import Entry, Source, too_much
from grader.intake.find import Place, find_project, named_project
from grader.intake.folder import folder_source
from grader.intake.leftovers import without_leftovers
from grader.intake.limits import IntakeLimits
from grader.intake.names import shown
from grader.intake.store import Store

_MOST_LEFT_OUT = 1000


@dataclass(frozen=True, slots=True)
class Submission:
    """A materialised submission.

    ``source`` is the end of its path, by which people tell it from others; ``root`` is the trusted copy (plain files,
    not writable). ``tree_hash`` is a SHA-256 over paths, contents and executable bits. ``files`` are paths from the
    root, sorted; ``notices`` tell the learner what was left out, and why. ``left_out`` has of that the first thousand
    paths, and why as the end of a sentence.
    """

    source: str
    root: Path
    commit: str | None
    tree_hash: str
    files: tuple[str, ...]
    notices: tuple[str, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)


def take_in(
    source: Path,
    *,
    into: Path,
    commit: str | None = None,
    folder: str | None = None,
    slug: str = "",
    limits: IntakeLimits | None = None,
) -> Submission:
    """Copy a submission into the folder ``into``, which is new or empty.

    ``source`` is a folder, a git repository with ``commit``, or a zip or tar archive. The project is looked for in it,
    and ``slug``, the name of the module's folder, tells it from others; ``folder``, a path in the source, names it.
    The copy is the same whatever the project came in, and however far down it lay.

    Raises:
        SubmissionError: it is not there, too large, damaged, or holds no project or several; the hint says what to do.
        EnvironmentError_: the copy cannot be written, or the source cannot be read on this machine.
    """
    bounds = limits or IntakeLimits()
    try:
        store = Store(into, bounds)
        with _opened(source, commit, bounds) as files:
            entries = bounded(without_leftovers(files.entries), bounds.entries)
            place = _place(entries, shown(str(source)), folder, slug)
            _copy(files, _wanted(entries, place, store), store)
            found = files.commit
    except OSError as problem:
        raise EnvironmentError_(
            f"the submission cannot be copied: {problem.strerror}",
            f"Check the disk and the permissions of {into.parent}, then run the same command again.",
        ) from problem
    if not store.files:
        raise SubmissionError(f"{shown(str(source))} has no files", "Name the folder that holds manage.py.")
    return Submission(
        source=_named(source, folder),
        root=into,
        commit=found,
        tree_hash=store.tree_hash(),
        files=tuple(sorted(store.files)),
        notices=tuple(filter(None, [place.sentence()])) + store.all_notices(),
        left_out=dict(islice(store.left_out.items(), _MOST_LEFT_OUT)),
    )


def _named(source: Path, folder: str | None) -> str:
    """The last two parts of the path: handed-in folders are called after people, and lie above what is in them."""
    parts = [part for part in source.resolve().parts[-2:] if part != "/"]
    return shown("/".join([*parts, *([folder.strip("/")] if folder else [])]))


def _place(entries: list[Entry], source: str, folder: str | None, slug: str) -> Place:
    paths = [entry.path for entry in entries if not entry.oddity]
    if not paths:
        raise SubmissionError(f"{source} has no files", "Name the folder that holds manage.py.")
    if folder is not None:
        return named_project(paths, folder, source=source)
    return find_project(paths, source=source, slug=slug)


def _wanted(entries: list[Entry], place: Place, store: Store) -> dict[str, Entry]:
    """The project's files that are taken, by their paths in it; the store is told what is left out, and why."""
    inside = {e.path.removeprefix(place.folder): e for e in entries if e.path.startswith(place.folder)}
    wanted = {}
    for path, entry in inside.items():
        if not path or not store.wants(path):
            continue
        if entry.oddity:
            store.leave_out(path, entry.oddity)
        elif entry.size > store.limits.file_bytes:
            store.leave_out(path, f"it is larger than {store.limits.file_bytes >> 20} MB")
        else:
            wanted[path] = entry
    _check_together([replace(entry, path=path) for path, entry in wanted.items()], store.limits)
    return wanted


def _check_together(files: list[Entry], limits: IntakeLimits) -> None:
    """Raises ``SubmissionError`` if there are too many of them, or they are too large, before any of them is read."""
    if len(files) > limits.files:
        raise too_much(f"it has more than {limits.files:,} files", largest(files, by_size=False))
    if sum(file.size for file in files) > limits.total_bytes:
        size = f"its files are larger than {limits.total_bytes >> 20} MB together"
        raise too_much(size, largest(files, by_size=True))


def _copy(files: Source, wanted: dict[str, Entry], store: Store) -> None:
    """Write what is wanted, once all of it is known to be within the bounds."""
    for path, (_, pieces) in zip(wanted, files.contents(list(wanted.values())), strict=True):
        if pieces is None:
            store.leave_out(path, "it cannot be opened")
        else:
            store.add(path, pieces, executable=wanted[path].executable)


def _opened(source: Path, commit: str | None, limits: IntakeLimits) -> AbstractContextManager[Source]:
    try:
        source.stat()
    except (OSError, ValueError):
        raise SubmissionError(f"there is no {shown(str(source))}", "Check the path of the submission.") from None
    if source.is_symlink():  # among a class's submissions it may point at another's, or at the staff's own solution
        raise SubmissionError(f"{shown(str(source))} is a symbolic link", "Name the folder that it points to.")
    if commit is not None:
        return commit_source(source, commit, limits)
    if source.is_dir():
        return folder_source(source, limits)
    refuse_unless_archive(source)
    return archive_source(source, limits)
