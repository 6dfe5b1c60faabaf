"""Files from a commit of a git repository, read as objects: nothing is checked out, so no filter, hook or link acts.

git runs without rights, with limits, and in a repository of ours that holds a copy of the objects, of the branches and
of the tags, and nothing else of the one graded. The configuration of that one is a learner's, and is not obeyed:
whatever it says of programs to start, files to include or places to fetch from.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from grader import ending
from grader.domain.errors import EnvironmentError_, SubmissionError
from grader.intake.bounds import bounded
from grader.intake.entries import Entry, too_much
from grader.intake.limits import IntakeLimits
from grader.intake.objects import ANEW, DAMAGED, PARTIAL, copy_objects
from grader.intake.refs import copy_refs
from grader.intake.repository import Repository, find_repository
from grader.intake.revision import resolve
from grader.reader.launch import Bounds, Child, hand_over

_PLAIN = {"100644": False, "100664": False, "100755": True}
_ODD = {
    "120000": "it is a symbolic link",
    "160000": "it is a submodule, whose files are in another repository; commit them in this one",
}
_BOUNDS = Bounds(cpu_s=60, memory_mb=1 << 10, wall_s=600.0)
# Packs are looked at through small windows, and large objects pass by in pieces: whatever is honest fits the memory.
_SMALL = "packedGitWindowSize = 16m\npackedGitLimit = 128m\nbigFileThreshold = 64m\n"
_LONGEST_LINE = 8192
_LONGEST_PATH = 1 << 20
_PIECE = 1 << 20
_LONGEST_ANSWER = 1 << 16
_FIRST_WITH_REFTABLES = (2, 45)


@contextmanager
def commit_source(folder: Path, name: str, limits: IntakeLimits) -> Iterator["CommitSource"]:
    """The plain files of a commit, which ``name`` stands for as git understands it: ``main``, ``HEAD~1``, a hash."""
    repository = find_repository(folder)
    with ending.room("track-git-") as place:
        git = Git(place, repository)
        yield CommitSource(git, resolve(repository, name, git.lines), limits)


class CommitSource:
    """Keeps ``entries.Source`` for a commit."""

    def __init__(self, git: "Git", commit: str, limits: IntakeLimits) -> None:
        self._git, self.commit = git, commit
        with git.running("ls-tree", "-r", "-z", "-l", "--full-tree", commit) as (_, listing):
            self.entries = bounded(_listed(listing), limits.listed)

    def contents(self, wanted: list[Entry]) -> Iterator[tuple[Entry, Iterable[bytes] | None]]:
        """See ``entries.Source``."""
        with self._git.running("cat-file", "--batch") as (ask, answer):
            for entry in wanted:
                pieces = _content(entry, ask, answer)
                yield entry, pieces
                for _ in pieces:
                    pass  # what nobody wanted to have of it
                answer.read(1)


class Git:
    """git on a copy of somebody's objects, in ``room``, a folder of ours with a configuration of ours."""

    def __init__(self, room: Path, repository: Repository) -> None:
        program = shutil.which("git")
        if program is None:
            raise EnvironmentError_("git cannot be started", "Install git, and try again.")
        self._missing = PARTIAL if repository.is_partial else DAMAGED
        (room / "refs").mkdir()
        (room / "HEAD").write_text("ref: refs/heads/none\n")
        copy_refs(repository, room)
        copy_objects(repository.objects, room / "objects")
        (room / "config").write_text(_configuration(repository, program))
        hand_over(room)
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

    def lines(self, *words: str) -> list[str]:
        """The first lines that a command prints; none where it fails."""
        with self.running(*words, may_fail=True) as (_, answer):
            text = answer.read(_LONGEST_ANSWER).decode("utf-8", "replace")
            while answer.read(_PIECE):
                pass  # more names than anybody reads
        return text.splitlines()

    @contextmanager
    def running(self, *words: str, may_fail: bool = False) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """A command's input and output, while it runs. ``SubmissionError`` if git fails or takes too much."""
        with Child("enter.py", [*self._command, *words], _BOUNDS, env=self._env) as child:
            try:
                yield child.stdin, child.stdout
                child.stdin.close()
            except OSError:
                raise self._fault(child) from None
            except ValueError:  # not what git says; it may still be talking
                raise SubmissionError(self._missing, ANEW) from None
            if child.stdout.read(1) or child.ended() not in (("done", "broken") if may_fail else ("done",)):
                raise self._fault(child)

    def _fault(self, child: Child) -> Exception:
        """What is to blame for git having failed."""
        if child.ended() == "slow":
            return too_much(f"git takes more than {_BOUNDS.cpu_s} seconds to read the repository")
        return SubmissionError(self._missing, ANEW)


def _configuration(repository: Repository, program: str) -> str:
    """All that git is told of the repository, in words of ours: what kind of hashes and tables it has."""
    kinds = ["objectformat = sha256"] if repository.is_sha256 else []
    if repository.has_reftable and _reads_reftables(program):
        kinds.append("refstorage = reftable")
    extensions = "".join(f"{kind}\n" for kind in ["[extensions]", *kinds] if kinds)
    return f"[core]\nrepositoryformatversion = {int(bool(kinds))}\nbare = true\n{_SMALL}{extensions}"


def _reads_reftables(program: str) -> bool:
    output = subprocess.run([program, "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)", output)
    return found is not None and (int(found[1]), int(found[2])) >= _FIRST_WITH_REFTABLES


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
