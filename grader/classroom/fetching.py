"""Fetches the repositories of a class, and says of each which commit counts, and when it was handed in.

What learners pushed is fetched into bare repositories: nothing is checked out. Which commit it is, a process without
rights looks up.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader import ending
from grader.classroom.files import write
from grader.classroom.remotes import Refused, RemoteGit, remote_git
from grader.classroom.repositories import Remote
from grader.domain.errors import EnvironmentError_, SubmissionError
from grader.domain.progress import Progress
from grader.intake.commit import Git
from grader.intake.names import shown
from grader.intake.repository import find_repository

INDEX = "index.csv"
_HEADING = ("student", "path", "attempt", "submitted_at", "commit", "time")
_TRIES = 3
_OURS = "refs/heads/handed-in"
_HAS_NONE = ("couldn't find remote ref", "could not find remote ref", "no matching remote head")
_GONE = ("not found", "does not exist", "does not appear to be a git repository", "Repository not found")


@dataclass(frozen=True, slots=True)
class Fetched:
    """The commit of a student that counts. ``at`` is ISO 8601, "" where it is not known; ``is_claim`` is true of a
    committer's date, which the learner's own machine set.
    """

    student: str
    folder: str
    commit: str
    at: str
    is_claim: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """A student whose work could not be fetched: why, and what to do."""

    student: str
    why: str
    hint: str


@dataclass(frozen=True, slots=True)
class Fetching:
    """Fetches to ``folder``. Of commits that no line names the newest counts, or the newest ``before`` a time."""

    folder: Path
    before: datetime | None = None
    progress: Callable[[Progress], None] = lambda step: None

    def fetch(self, remotes: Iterable[Remote]) -> tuple[tuple[Fetched, ...], tuple[Missing, ...]]:
        """Fetches all, and writes an index of them for ``grader class``; one that fails stops no other.

        Raises:
            EnvironmentError_: there is no git, or the folder cannot be written.
        """
        given = tuple(remotes)
        found: list[Fetched | Missing] = []
        with ending.room("track-fetch-") as room, remote_git(room) as git:
            for number, remote in enumerate(given):
                self.progress(Progress(f"fetching {shown(remote.student)}", number, len(given)))
                found.append(self._one(git, remote))
        fetched = tuple(f for f in found if isinstance(f, Fetched))
        write(self.folder, INDEX, _index(fetched))
        return fetched, tuple(m for m in found if isinstance(m, Missing))

    def _one(self, git: RemoteGit, remote: Remote) -> Fetched | Missing:
        try:
            self._pull(git, remote)
        except Refused as refused:
            return _missing(remote, refused)
        except OSError as problem:
            raise EnvironmentError_(
                f"{self.folder} cannot be written: {problem.strerror}", "Make room, or name another folder: --out DIR."
            ) from None
        try:
            return self._chosen(remote)
        except SubmissionError as problem:
            return Missing(remote.student, problem.message, problem.hint)

    def _pull(self, git: RemoteGit, remote: Remote) -> None:
        """Fetches the branch, and by itself the commit that is named: it may be on none any more."""
        own = self.folder / remote.folder
        if not (own / "HEAD").is_file():
            own.mkdir(parents=True, exist_ok=True)
            git.run("init", "--quiet", "--bare", "--template=", str(own))
        wanted = f"refs/heads/{remote.branch}" if remote.branch else "HEAD"
        if remote.commit is not None and _has(git, own, remote.commit):
            return
        for attempt in range(1, _TRIES + 1):
            try:
                _fetch(git, own, remote.address, wanted)
                break
            except Refused as refused:
                if attempt == _TRIES or refused.is_large or _says(refused, (*_HAS_NONE, *_GONE)):
                    raise
        if remote.commit is not None and not _has(git, own, remote.commit):
            _fetch(git, own, remote.address, remote.commit)

    def _chosen(self, remote: Remote) -> Fetched | Missing:
        repository = find_repository(self.folder / remote.folder)
        with ending.room("track-git-") as place:
            ask = Git(place, repository).lines
            commit = remote.commit or self._newest(ask)
            if not commit:
                until = "" if self.before is None else f" before {self.before.isoformat()}"
                return Missing(remote.student, f"it has no commit{until}", "Look at when its commits were made.")
            claimed = next(iter(ask("log", "-1", "--format=%cI", commit)), "")
        at, is_claim = _in_utc(claimed), True
        if remote.pushed_at is not None:
            at, is_claim = remote.pushed_at.isoformat(), False
        return Fetched(remote.student, remote.folder, commit, at, is_claim and bool(at))

    def _newest(self, ask: Callable[..., list[str]]) -> str:
        bound = [] if self.before is None else [f"--min-age={int(self.before.timestamp())}"]
        return next(iter(ask("rev-list", "--max-count=1", *bound, _OURS)), "")


def _fetch(git: RemoteGit, own: Path, address: str, wanted: str) -> None:
    place = ("--git-dir", str(own))
    words = ("fetch", "--quiet", "--no-tags", "--force", "--", address, f"+{wanted}:{_OURS}")
    git.run(*place, *words, with_token=True)


def _has(git: RemoteGit, own: Path, commit: str) -> bool:
    try:
        git.run("--git-dir", str(own), "cat-file", "-e", f"{commit}^{{commit}}")
    except Refused:
        return False
    return True


def _says(refused: Refused, words: tuple[str, ...]) -> bool:
    return any(word in refused.said for word in words)


def _missing(remote: Remote, refused: Refused) -> Missing:
    if refused.is_large:
        return Missing(remote.student, "the repository is larger than 1 GB", "Ask for one without media and builds.")
    if _says(refused, _HAS_NONE):
        what = f"the branch {shown(remote.branch)}" if remote.branch else "a commit"
        return Missing(remote.student, f"the repository has not got {what}", "Ask whether anything was pushed.")
    if _says(refused, ("not our ref", "couldn't find remote object", "no such remote ref")):
        return Missing(remote.student, f"the repository has no commit {remote.commit}", "Was its history rewritten?")
    if _says(refused, _GONE):
        return Missing(
            remote.student,
            f"{shown(remote.address)} is not there, or the token may not read it",
            "Check the address, and that the token can read the contents of this repository.",
        )
    return Missing(remote.student, f"git said: {refused.said}", "Run the same again; what was fetched is kept.")


def _in_utc(text: str) -> str:
    """A committer's date, which may be anything: in UTC, or "" where it is none that a calendar has."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return ""


def _index(fetched: Iterable[Fetched]) -> str:
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_HEADING)
    for f in fetched:
        time = "" if not f.at else "claimed" if f.is_claim else "pushed"
        rows.writerow((f.student, f.folder, 1, f.at, f.commit, time))
    return text.getvalue()
