"""Files from a commit of a git repository, read as objects: nothing is checked out, so no filter, hook or link acts.

git runs without rights, with limits, and in a repository of ours that holds a copy of the objects and nothing else of
the one graded. The configuration of that one is a learner's, and is not read: whatever it says of programs to start,
files to include or places to fetch from.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from grader.domain.errors import EnvironmentError_, SubmissionError
from grader.intake.entries import Entry, bounded, too_much
from grader.intake.limits import IntakeLimits
from grader.intake.names import shown
from grader.intake.objects import ANEW, DAMAGED, copy_objects, git_folder
from grader.intake.refs import resolve
from grader.reader.launch import Bounds, Child, hand_over

_PLAIN = {"100644": False, "100664": False, "100755": True}
_ODD = {"120000": "it is a symbolic link", "160000": "it is a submodule"}
_BOUNDS = Bounds(cpu_s=60, memory_mb=1 << 10, wall_s=600.0)
# Packs are looked at through small windows, and large objects pass by in pieces: whatever is honest fits the memory.
_SMALL = "packedGitWindowSize = 16m\npackedGitLimit = 128m\nbigFileThreshold = 64m\n"
_LONGEST_LINE = 8192
_LONGEST_PATH = 1 << 20
_PIECE = 1 << 20
_HASH = re.compile(r"[0-9a-f]{4,64}")
_SHA256 = 64


@contextmanager
def commit_source(repository: Path, name: str, limits: IntakeLimits) -> Iterator["CommitSource"]:
    """The plain files of a commit, which ``name`` stands for: a branch, a tag, a hash or the beginning of one."""
    folder = git_folder(repository)
    known = resolve(folder, name) or (name.lower() if _HASH.fullmatch(name.lower()) else None)
    with tempfile.TemporaryDirectory(prefix="track-git-") as place:
        git = _Git(Path(place), folder / "objects", sha256=len(known or "") == _SHA256)
        commit = git.line("rev-parse", "--verify", "--quiet", f"{known}^{{commit}}") if known else ""
        if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
            raise SubmissionError(
                f"{shown(str(repository))} has no commit {shown(name)}",
                "Fetch it, or name another: --commit HASH.",
            )
        yield CommitSource(git, commit, limits)


class CommitSource:
    """Keeps ``entries.Source`` for a commit."""

    def __init__(self, git: "_Git", commit: str, limits: IntakeLimits) -> None:
        self._git, self.commit = git, commit
        with git.running("ls-tree", "-r", "-z", "-l", "--full-tree", commit) as (_, listing):
            self.entries = bounded(_listed(listing), limits.entries)

    def contents(self, wanted: list[Entry]) -> Iterator[tuple[Entry, Iterable[bytes] | None]]:
        """See ``entries.Source``."""
        with self._git.running("cat-file", "--batch") as (ask, answer):
            for entry in wanted:
                pieces = _content(entry, ask, answer)
                yield entry, pieces
                for _ in pieces:
                    pass  # what nobody wanted to have of it
                answer.read(1)


class _Git:
    """git on a copy of somebody's objects, in ``room``, a folder of ours with a configuration of ours."""

    def __init__(self, room: Path, objects: Path, *, sha256: bool) -> None:
        (room / "refs").mkdir()
        (room / "HEAD").write_text("ref: refs/heads/none\n")
        version, kind = (1, "[extensions]\nobjectformat = sha256\n") if sha256 else (0, "")
        (room / "config").write_text(f"[core]\nrepositoryformatversion = {version}\nbare = true\n{_SMALL}{kind}")
        copy_objects(objects, room / "objects")
        hand_over(room)
        program = shutil.which("git")
        if program is None:
            raise EnvironmentError_("git cannot be started", "Install git, and try again.")
        self._command = [program, f"--git-dir={room}"]
        self._env = {
            "HOME": str(room),
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
        }

    def line(self, *words: str) -> str:
        """The first line that a command prints."""
        with self.running(*words, may_fail=True) as (_, answer):
            return answer.readline(_LONGEST_LINE).decode("ascii", "replace").strip()

    @contextmanager
    def running(self, *words: str, may_fail: bool = False) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """A command's input and output, while it runs. ``SubmissionError`` if git fails or takes too much."""
        with Child("enter.py", [*self._command, *words], _BOUNDS, env=self._env) as child:
            try:
                yield child.stdin, child.stdout
                child.stdin.close()
            except OSError:
                raise _fault(child) from None
            except ValueError:  # not what git says; it may still be talking
                raise SubmissionError(DAMAGED, ANEW) from None
            if child.stdout.read(1) or child.ended() not in (("done", "broken") if may_fail else ("done",)):
                raise _fault(child)


def _fault(child: Child) -> Exception:
    """What is to blame for git having failed."""
    if child.ended() == "slow":
        return too_much(f"git takes more than {_BOUNDS.cpu_s} seconds to read the repository")
    return SubmissionError(DAMAGED, ANEW)


def _listed(listing: IO[bytes]) -> Iterator[Entry]:
    """The names in a tree, read as they come: a tree of a few objects may stand for billions of files."""
    for line in _records(listing):
        facts, _, raw = line.partition(b"\t")
        mode, kind, name, size = facts.decode("ascii").split()
        path = raw.decode("utf-8", "surrogateescape")
        if mode in _PLAIN and kind == "blob":
            yield Entry(path, int(size), _PLAIN[mode], name)
        else:
            yield Entry(path, oddity=_ODD.get(mode, "it is not a plain file"))


def _records(listing: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while piece := listing.read1(1 << 16):  # type: ignore[attr-defined]
        *whole, rest = (rest + piece).split(b"\0")
        yield from whole
        if len(rest) > _LONGEST_PATH:
            raise SubmissionError("a path in the repository is longer than any system allows", ANEW)


def _content(entry: Entry, ask: IO[bytes], answer: IO[bytes]) -> Iterator[bytes]:
    """One file's content. Its size was bounded before, so the reply is."""
    ask.write(f"{entry.key}\n".encode())
    ask.flush()
    header = answer.readline(_LONGEST_LINE).split()
    if len(header) != 3 or header[1] != b"blob" or int(header[2]) != entry.size:
        raise SubmissionError(DAMAGED, ANEW)
    left = entry.size
    while left:
        piece = answer.read(min(left, _PIECE))
        if not piece:
            raise SubmissionError(DAMAGED, ANEW)
        left -= len(piece)
        yield piece
