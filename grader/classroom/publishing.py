"""Publishes feedback: the reports of a student as a branch of the student's own repository.

The branch has a history of its own, with one commit and no workflow in it, so that nothing of a learner's is read and
nothing runs because of it. The same feedback is the same commit, and is not pushed again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from grader import ending
from grader.classroom.feedback import FOLDER
from grader.classroom.fetching import Missing
from grader.classroom.files import folder_name
from grader.classroom.remotes import Refused, RemoteGit, remote_git
from grader.classroom.repositories import Remote
from grader.domain.errors import UsageError_
from grader.domain.progress import Progress
from grader.intake.names import shown
from grader.report import REPORTS, decode

BRANCH = "feedback"
_FILES = ("report.html", "result.json")
_LARGEST = 64 << 20
_NAMES = {f"GIT_{who}_NAME": "Django Track" for who in ("AUTHOR", "COMMITTER")}
_MAILS = {f"GIT_{who}_EMAIL": "course@example.invalid" for who in ("AUTHOR", "COMMITTER")}


@dataclass(frozen=True, slots=True)
class Published:
    """How many were pushed, how many had this feedback already, and whose could not be published."""

    pushed: int
    unchanged: int
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Publishing:
    """Publishes what lies in the ``folder`` of a class. It may be a copy that holds nothing but the feedback."""

    folder: Path
    branch: str = BRANCH
    progress: Callable[[Progress], None] = lambda step: None

    def publish(self, remotes: Iterable[Remote]) -> Published:
        """Pushes the feedback of everybody in the list who has some; one that fails stops no other.

        Raises:
            UsageError_: the folder has no feedback.
            EnvironmentError_: there is no git.
        """
        if not (self.folder / FOLDER).is_dir():
            raise UsageError_(f"{self.folder} has no feedback", "Name the folder of a class that was graded.")
        given = tuple(remotes)
        counts, missing = {True: 0, False: 0}, []
        with ending.room("track-publish-") as room, remote_git(room) as git:
            store = room / "feedback.git"
            git.run("init", "--quiet", "--bare", "--template=", "--object-format=sha1", str(store))
            for number, remote in enumerate(given):
                self.progress(Progress(f"publishing for {shown(remote.student)}", number, len(given)))
                try:
                    counts[self._push(git, store, remote)] += 1
                except Refused as refused:
                    hint = "Check that the token can write the contents of this repository, and run the same again."
                    missing.append(Missing(remote.student, f"git said: {refused.said}", hint))
                except UsageError_ as problem:
                    missing.append(Missing(remote.student, problem.message, problem.hint))
        return Published(counts[True], counts[False], tuple(missing))

    def _push(self, git: RemoteGit, store: Path, remote: Remote) -> bool:
        """Whether there was something to be pushed."""
        commit = self._commit(git, store, remote)
        target = f"refs/heads/{self.branch}"
        words = ("ls-remote", "--symref", "--", remote.address, "HEAD", target)
        said = git.run(*words, with_token=True).decode("utf-8", "replace").splitlines()
        if f"ref: {target}\tHEAD" in said or remote.branch == self.branch:
            raise UsageError_(
                f"{self.branch} is the branch that {shown(remote.student)} works on",
                "Publish to another one, or ask them to work on another: what is on it would be gone.",
            )
        if f"{commit}\t{target}" in said:
            return False
        words = ("push", "--quiet", "--force", "--", remote.address, f"{commit}:{target}")
        git.run("--git-dir", str(store), *words, with_token=True)
        return True

    def _commit(self, git: RemoteGit, store: Path, remote: Remote) -> str:
        place = ("--git-dir", str(store))
        files = self._files(remote.student)
        tree = b""
        for name, content in sorted(files.items()):
            blob = git.run(*place, "hash-object", "-w", "--stdin", given=content).strip()
            tree += b"100644 blob %s\t%s\0" % (blob, name.encode())
        made = git.run(*place, "mktree", "-z", given=tree).decode().strip()
        at = decode(files["result.json"]).provenance.started_at
        who = {**_NAMES, **_MAILS, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
        words = ("commit-tree", "--no-gpg-sign", made, "-m", "Feedback")
        return git.run(*place, *words, who=who).decode().strip()

    def _files(self, student: str) -> dict[str, bytes]:
        """The reports of the student, with the summary as the page that a host shows of a branch."""
        own = self.folder / FOLDER / folder_name(student)
        files = {name: _content(own / name, student) for name in _FILES}
        summary = REPORTS["markdown"].render(decode(files["result.json"]))
        return files | {"README.md": summary.encode("utf-8", "replace")}


def _content(path: Path, student: str) -> bytes:
    """Raises ``UsageError_`` if it is no plain file of a report's size."""
    if path.is_symlink() or not path.is_file():
        raise UsageError_(f"there is no feedback for {shown(student)}", "Nothing of theirs has been measured yet.")
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise UsageError_(f"the feedback for {shown(student)} is larger than {_LARGEST >> 20} MB", "Look at it.")
    return data
