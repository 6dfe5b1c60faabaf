"""Where the parts of a git repository lie: in its folder, or around the worktree that was handed in."""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from grader.domain.errors import SubmissionError
from grader.intake.names import shown
from grader.intake.objects import ANEW

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LARGEST = 1 << 16
_SHA256 = re.compile(rb"^\s*objectformat\s*=\s*\"?sha256", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as it was named: ``own`` is the folder with HEAD, ``common`` the one with objects and branches.

    They differ in a worktree only.
    """

    name: str
    own: Path
    common: Path

    @property
    def objects(self) -> Path:
        """The folder of the objects."""
        return self.common / "objects"

    @property
    def is_sha256(self) -> bool:
        """Whether its hashes are of the newer kind."""
        return bool(_SHA256.search(small_file(self.common / "config")))

    @property
    def has_reftable(self) -> bool:
        """Whether its branches are in tables, which git reads from 2.45 on."""
        return (self.common / "reftable").is_dir()

    @property
    def is_shallow(self) -> bool:
        """Whether it was cloned without the older commits."""
        return bool(small_file(self.common / "shallow").strip())

    @property
    def is_partial(self) -> bool:
        """Whether it was cloned without a part of the objects, which git fetches only when they are needed."""
        return any((self.objects / "pack").glob("*.promisor"))


def find_repository(folder: Path) -> Repository:
    """The repository of a working tree, a worktree or a bare repository.

    Raises:
        SubmissionError: it is none, or its objects lie in a repository that is not its own.
    """
    name, link = shown(str(folder)), folder / ".git"
    if link.is_symlink():
        raise SubmissionError(f"{name}/.git is a symbolic link, which is not followed", ANEW)
    if link.is_file():
        found = _worktree(link, name)
    else:
        own = next((place for place in (link, folder) if _is_repository(place)), None)
        if own is None:
            raise SubmissionError(
                f"{name} is not a git repository: it has no .git with objects and a HEAD",
                "Name the folder that .git lies in, or leave --commit out to grade the files of a folder.",
            )
        found = Repository(name, own, own)
    if (found.objects / "info/alternates").exists() or (
        found.own == found.common and (found.own / "commondir").exists()
    ):
        raise SubmissionError(f"the repository {name} borrows objects from another folder", ANEW)
    return found


def _is_repository(folder: Path) -> bool:
    return not folder.is_symlink() and (folder / "HEAD").is_file() and (folder / "objects").is_dir()


def _worktree(link: Path, name: str) -> Repository:
    """The repository that a worktree belongs to, if that one says so as well.

    A file called .git may name any folder, such as the staff's: it counts only if the folder named leads back to this
    very file, and all of it has one owner.
    """
    elsewhere = SubmissionError(f"the history of {name} lies in another folder, which does not know of this one", ANEW)
    try:
        own = _pointed_to(link, b"gitdir: ")
        common = _pointed_to(own / "commondir", folder=own)
        back = _pointed_to(own / "gitdir", folder=own)
        owners = {place.stat().st_uid for place in (link, own, common, common / "objects")}
    except (OSError, ValueError, RuntimeError):
        raise elsewhere from None
    belongs = own.parent == common / "worktrees" and back == link.resolve() and len(owners) == 1
    if not (belongs and _is_repository(common)):
        raise elsewhere
    return Repository(name, own, common)


def _pointed_to(file: Path, prefix: bytes = b"", *, folder: Path | None = None) -> Path:
    """The place that a file of one line names, seen from ``folder`` or its own; ``ValueError`` if it names none."""
    line = small_file(file).strip()
    if not line.startswith(prefix) or not line[len(prefix) :]:
        raise ValueError(file)
    return ((folder or file.parent) / os.fsdecode(line[len(prefix) :])).resolve()


def small_file(path: Path, most: int = _LARGEST) -> bytes:
    """The first bytes of a plain file; nothing of any other: a link is not followed, and a pipe is not waited on."""
    try:
        with os.fdopen(os.open(path, _FILE), "rb") as file:
            return file.read(most) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except OSError:
        return b""
