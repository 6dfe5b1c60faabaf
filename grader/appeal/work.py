"""The work that a result is of, found again: at a commit of the repository that the project lies in."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from grader.domain.errors import SubmissionError, UsageError_
from grader.domain.result import Result
from grader.intake import Submission, take_in
from grader.intake.names import shown

_MOST_NAMED = 4
_SHORT = 12


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository, and where the project lies in it; ``None`` for its root."""

    root: Path
    folder: str | None


def repository_of(project: Path) -> Repository:
    """The repository that the folder lies in.

    Raises:
        UsageError_: there is no such folder, or it lies in none.
    """
    here = project.resolve()
    if not here.is_dir():
        raise UsageError_(f"there is no folder {shown(str(project))}", "Name the project: --submission DIR.")
    for root in (here, *here.parents):
        if (root / ".git").exists():
            folder = here.relative_to(root).as_posix()
            return Repository(root, None if folder == "." else folder)
    raise UsageError_(
        f"{shown(str(project))} is not in a git repository",
        "An appeal is about a commit, so that both sides see the same files: git init, git add -A, git commit; "
        "then run the check again, and appeal what it says.",
    )


def work_of(result: Result, project: Path, repository: Repository, commit: str | None, room: Path) -> Submission:
    """The files that were graded, taken in at their commit into ``room``.

    The commit is the one that is named, or that of the result, or the last one.

    Raises:
        UsageError_: what was graded is another tree; says which files are not committed, where it is that.
        SubmissionError: the commit is not there, or cannot be taken in.
    """
    name = commit or result.provenance.commit or "HEAD"
    found = take_in(
        repository.root, into=room / "commit", commit=name, folder=repository.folder, slug=result.assignment
    )
    if found.tree_hash == result.provenance.tree_hash:
        return found
    raise _another(result, found, _now(project, result, room))


def _now(project: Path, result: Result, room: Path) -> Submission | None:
    try:
        return take_in(project.resolve(), into=room / "now", slug=result.assignment)
    except SubmissionError:
        return None


def _another(result: Result, found: Submission, now: Submission | None) -> UsageError_:
    graded, at = result.provenance.tree_hash, (found.commit or "")[:_SHORT]
    if now is not None and now.tree_hash == graded:
        return UsageError_(
            f"what was graded is not what is committed in {at}: {_differing(found, now)}",
            "Commit these files, or have git ignore them and move them out of the project; then run the check again.",
        )
    return UsageError_(
        f"the result is of other files than those of commit {at} (tree {graded[:_SHORT]}, and not "
        f"{found.tree_hash[:_SHORT]})",
        "Run the check again and appeal what it says now, or name the commit that was graded: --commit HASH.",
    )


def _differing(one: Submission, other: Submission) -> str:
    left, right = _hashes(one), _hashes(other)
    paths = sorted(path for path in left.keys() | right.keys() if left.get(path) != right.get(path))
    rest = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
    return ", ".join(map(shown, paths[:_MOST_NAMED])) + rest


def _hashes(of: Submission) -> Mapping[str, tuple[bytes, int]]:
    files = ((path, of.root / path) for path in of.files)
    return {path: (sha256(file.read_bytes()).digest(), file.stat().st_mode & 0o100) for path, file in files}
