"""Files from a commit of a git repository, read as objects: nothing is checked out, so no filter, hook or link acts."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.domain.errors import SubmissionError
from grader.intake.names import shown
from grader.intake.store import Store

_PLAIN = {"100644": False, "100755": True}
_KINDS = {"120000": "it is a symbolic link", "160000": "it is a submodule"}
# The repository's own configuration is a learner's: nothing in it may start a program or reach elsewhere.
_SAFE = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "protocol.allow=never", "uploadpack.packObjectsHook=")
_ENV = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}
_SECONDS = 60
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,199}")


@dataclass(frozen=True, slots=True)
class _Blob:
    path: str
    object: str
    size: int
    executable: bool


def from_commit(repository: Path, name: str, store: Store) -> str:
    """Copy every plain file of the commit into the store; gives the commit's full hash."""
    folder = _git_folder(repository)
    if not _NAME.fullmatch(name):
        raise SubmissionError(f"{shown(name)} is not the name of a commit", "Give its hash, a branch or a tag.")
    found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", may_fail=True)
    commit = found.decode("ascii", "replace").strip()
    if not commit:
        raise SubmissionError(
            f"{shown(str(repository))} has no commit {name}", "Fetch it first, or name another: --commit HASH."
        )
    _copy(folder, list(_listed(_git(folder, "ls-tree", "-r", "-z", "-l", "--full-tree", commit), store)), store)
    return commit


def _git_folder(repository: Path) -> Path:
    """The object store: ``.git``, or the folder itself where it is bare. One with borrowed objects is refused."""
    for folder in (repository / ".git", repository):
        if folder.is_symlink() or not (folder / "HEAD").is_file():
            continue
        if (folder / "objects" / "info" / "alternates").exists() or (folder / "commondir").exists():
            raise SubmissionError(
                f"the repository {shown(str(repository))} borrows objects from another folder",
                "Clone it anew (git clone --no-local), and grade the clone.",
            )
        return folder
    raise SubmissionError(
        f"{shown(str(repository))} is not a git repository", "Leave --commit out to grade the files of a folder."
    )


def _git(folder: Path, *words: str, may_fail: bool = False) -> bytes:
    settings = [part for setting in _SAFE for part in ("-c", setting)]
    command = ["git", *settings, "-c", f"safe.directory={folder}", f"--git-dir={folder}", *words]
    try:
        done = subprocess.run(
            command, env=_ENV, capture_output=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise SubmissionError(
            f"git could not read the repository: {type(problem).__name__}", "Check it: git fsck."
        ) from None
    if done.returncode and not may_fail:
        raise SubmissionError("git could not read the repository: it is damaged", "Clone it anew, and try again.")
    return done.stdout if not done.returncode else b""


def _listed(listing: bytes, store: Store) -> Iterator[_Blob]:
    for line in listing.split(b"\0"):
        if not line:
            continue
        facts, _, raw = line.partition(b"\t")
        mode, kind, name, size = facts.decode("ascii").split()
        path = raw.decode("utf-8", "surrogateescape")
        if not store.wants(path):
            continue
        if mode not in _PLAIN or kind != "blob":
            store.notice(f"{shown(path)} was left out: {_KINDS.get(mode, 'it is not a plain file')}.")
            continue
        store.check_size(path, int(size))
        yield _Blob(path, name, int(size), _PLAIN[mode])


def _copy(folder: Path, blobs: list[_Blob], store: Store) -> None:
    """Read the blobs in one process; sizes were checked before, so each reply is bounded."""
    settings = [part for setting in _SAFE for part in ("-c", setting)]
    command = ["git", *settings, "-c", f"safe.directory={folder}", f"--git-dir={folder}", "cat-file", "--batch"]
    with subprocess.Popen(
        command, env=_ENV, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/"
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for blob in blobs:
            process.stdin.write(f"{blob.object}\n".encode())
            process.stdin.flush()
            header = process.stdout.readline().split()
            if len(header) != 3 or header[1] != b"blob" or int(header[2]) != blob.size:
                process.kill()
                raise SubmissionError(f"git could not read {shown(blob.path)}", "Check the repository: git fsck.")
            content = process.stdout.read(blob.size)
            process.stdout.read(1)
            store.add(blob.path, [content], executable=blob.executable)
        process.stdin.close()
