"""Files from a commit of a git repository, read as objects: nothing is checked out, so no filter, hook or link acts.

git runs in an empty repository of ours that borrows the objects of the one graded. The configuration of that one is a
learner's, and is not read: whatever it says of programs to start, files to include or places to fetch from.
"""

import os
import re
import resource
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO, cast

from grader.domain.errors import SubmissionError
from grader.intake.names import shown
from grader.intake.refs import resolve
from grader.intake.store import Store

_PLAIN = {"100644": False, "100664": False, "100755": True}
_KINDS = {"120000": "it is a symbolic link", "160000": "it is a submodule"}
_SECONDS = 60
_MEMORY = 3 << 30
_MOST_OBJECTS = 500_000
_LONGEST_LINE = 8192
_HASH = re.compile(r"[0-9a-f]{4,64}")
_DAMAGED = "the repository is damaged, or a part of its history is missing"
_ANEW = "Clone it anew (git clone --no-local), check the clone with git fsck, and grade the clone."


@dataclass(frozen=True, slots=True)
class _Blob:
    path: str
    object: str
    size: int
    executable: bool


def from_commit(repository: Path, name: str, store: Store) -> str:
    """Copy every plain file of the commit into the store; gives the commit's full hash."""
    folder = _git_folder(repository)
    with tempfile.TemporaryDirectory(prefix="track-git-") as room:
        git = _Git(Path(room), folder / "objects")
        known = resolve(folder, name) or (name if _HASH.fullmatch(name) else None)
        commit = git.line("rev-parse", "--verify", "--quiet", f"{known}^{{commit}}") if known else ""
        if not commit:
            raise SubmissionError(
                f"{shown(str(repository))} has no commit {shown(name)}",
                "Fetch it, or name another: --commit HASH.",
            )
        with git.running("ls-tree", "-r", "-z", "-l", "--full-tree", commit) as (_, listing):
            blobs = list(_listed(listing, store))
        with git.running("cat-file", "--batch") as (ask, answer):
            for blob in blobs:
                store.add(blob.path, [_content(blob, ask, answer)], executable=blob.executable)
    return commit


def _git_folder(repository: Path) -> Path:
    """``.git``, or the folder itself where it is bare. Whatever leads out of it is refused."""
    for folder in (repository / ".git", repository):
        if folder.is_symlink() or not (folder / "HEAD").is_file() or not (folder / "objects").is_dir():
            continue
        if (folder / "objects/info/alternates").exists() or (folder / "commondir").exists():
            raise SubmissionError(f"the repository {shown(str(repository))} borrows from another folder", _ANEW)
        _refuse_strange(folder / "objects")
        return folder
    raise SubmissionError(
        f"{shown(str(repository))} is not a git repository", "Leave --commit out to grade the files of a folder."
    )


def _refuse_strange(objects: Path) -> None:
    """A link among the objects would lead elsewhere, and git would wait for ever on a pipe."""
    seen = 0
    if objects.is_symlink():
        raise SubmissionError("the repository's objects are a symbolic link", _ANEW)
    for folder, folders, files in os.walk(objects):
        for name in (*folders, *files):
            seen += 1
            kind = os.lstat(os.path.join(folder, name)).st_mode  # noqa: PTH118  # half a million of them
            if seen > _MOST_OBJECTS or not (stat.S_ISDIR(kind) or stat.S_ISREG(kind)):
                raise SubmissionError("the repository's objects are not plain files, or too many", _ANEW)


class _Git:
    """git on somebody's objects, in ``room``, a folder of ours with a configuration of ours."""

    def __init__(self, room: Path, objects: Path) -> None:
        (room / "refs").mkdir()
        (room / "objects").mkdir()
        (room / "HEAD").write_text("ref: refs/heads/none\n")
        (room / "config").write_text("[core]\nrepositoryformatversion = 0\nbare = true\n")
        self._command = ["git", f"--git-dir={room}"]
        self._env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(room),
            "LC_ALL": "C",
            "GIT_OBJECT_DIRECTORY": str(objects.resolve()),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
        }

    def line(self, *words: str) -> str:
        """The first line that a command prints."""
        with self.running(*words, may_fail=True) as (_, answer):
            return answer.readline(_LONGEST_LINE).decode("ascii", "replace").strip()

    @contextmanager
    def running(self, *words: str, may_fail: bool = False) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """A command's input and output, while it runs: at most a minute. ``SubmissionError`` if git fails."""
        try:
            process = subprocess.Popen(
                [*self._command, *words],
                env=self._env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
            )
        except OSError as problem:
            raise SubmissionError(f"git cannot be started: {problem.strerror}", "Install git, and try again.") from None
        _bound_memory(process.pid)
        stdin, stdout = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        timer = Timer(_SECONDS, process.kill)
        timer.start()
        try:
            yield stdin, stdout
            stdin.close()
            if process.wait() and not may_fail:
                raise SubmissionError(_DAMAGED, _ANEW)
        except (OSError, ValueError):
            raise SubmissionError(_DAMAGED, _ANEW) from None
        finally:
            timer.cancel()
            process.kill()
            process.wait()
            for pipe in (stdin, stdout):
                with suppress(OSError):
                    pipe.close()


def _bound_memory(pid: int) -> None:
    """An object of a few kilobytes may stand for gigabytes. Only Linux can bound a process that runs."""
    if sys.platform == "linux":
        with suppress(ProcessLookupError):  # it has done its work already
            resource.prlimit(pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _listed(listing: IO[bytes], store: Store) -> Iterator[_Blob]:
    """The plain files of a tree, read as they come: a tree of a few objects may stand for billions of files."""
    for line in _records(listing):
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


def _records(listing: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while piece := listing.read1(1 << 16):  # type: ignore[attr-defined]
        *whole, rest = (rest + piece).split(b"\0")
        yield from whole
        if len(rest) > 1 << 20:
            raise SubmissionError("a path in the repository is longer than any system allows", _ANEW)


def _content(blob: _Blob, ask: IO[bytes], answer: IO[bytes]) -> bytes:
    """One file's content. Its size was bounded before, so the reply is."""
    ask.write(f"{blob.object}\n".encode())
    ask.flush()
    header = answer.readline(_LONGEST_LINE).split()
    if len(header) != 3 or header[1] != b"blob" or int(header[2]) != blob.size:
        raise SubmissionError(_DAMAGED, _ANEW)
    content = answer.read(blob.size)
    answer.read(1)
    return content
