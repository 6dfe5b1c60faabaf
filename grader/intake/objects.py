"""The objects of somebody's git repository, copied to a folder of ours: all of it that git gets to see.

Only what holds objects is copied, loose ones and packs with their indexes. What would lead git elsewhere or change
what an object means stays behind: alternates, grafts, replacements, promises, commit graphs, configuration and hooks.
"""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from grader.domain.errors import SubmissionError

DAMAGED = "the repository is damaged, or a part of its history is missing"
PARTIAL = "the clone is partial: it was made with --filter, and a part of the objects is missing"
ANEW = "Clone it anew (git clone --no-local), check the clone with git fsck, and grade the clone."
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LOOSE_FOLDER = re.compile(r"[0-9a-f]{2}")
_LOOSE = re.compile(r"[0-9a-f]{38}|[0-9a-f]{62}")
_PACK = re.compile(r"[a-z]{1,20}-(?:[0-9a-f]{40}|[0-9a-f]{64})\.(?:pack|idx)")
_MOST_OBJECTS = 100_000
_MOST_BYTES = 1 << 30
_PIECE = 1 << 22


def copy_objects(source: Path, target: Path) -> None:
    """Copy every object below ``source`` to the new folder ``target``.

    Raises:
        SubmissionError: there is a link or a pipe among them, an object that belongs to somebody else, or too much.
    """
    target.mkdir()
    copy = _Copy(target)
    above = _folder(source.parent, None)  # step by step: neither .git nor what is in it may be a link
    try:
        root = _folder(source.name, above)
    finally:
        os.close(above)
    try:
        copy.owner = os.fstat(root).st_uid
        for name in _names(root):
            if _LOOSE_FOLDER.fullmatch(name):
                copy.folder(root, name, _LOOSE)
            elif name == "pack":
                copy.folder(root, name, _PACK)
    finally:
        os.close(root)


class _Copy:
    """Counts what has been copied, so that it ends at a bound."""

    def __init__(self, target: Path) -> None:
        self._target, self._files, self._bytes, self.owner = target, 0, 0, -1

    def folder(self, above: int, name: str, wanted: re.Pattern[str]) -> None:
        """Copy the files of one folder whose names are right."""
        descriptor = _folder(name, above)
        try:
            (self._target / name).mkdir()
            (self._target / name).chmod(0o755)
            for file in _names(descriptor):
                if wanted.fullmatch(file):
                    self._file(descriptor, file, self._target / name / file)
        finally:
            os.close(descriptor)

    def _file(self, folder: int, name: str, target: Path) -> None:
        try:
            source = os.open(name, _FILE, dir_fd=folder)
        except OSError:
            raise _strange() from None
        try:
            facts = os.fstat(source)
            self._files, self._bytes = self._files + 1, self._bytes + facts.st_size
            if not stat.S_ISREG(facts.st_mode) or _is_borrowed(facts, self.owner):
                raise _strange()
            if self._files > _MOST_OBJECTS or self._bytes > _MOST_BYTES:
                raise SubmissionError("the repository has too many objects", "Pack it (git gc), and grade it again.")
            _copied(source, target, facts.st_size)
        finally:
            os.close(source)


def _is_borrowed(facts: os.stat_result, owner: int) -> bool:
    """Whether it is out of another repository: a clone beside another links its objects, but those of its owner."""
    return facts.st_nlink > 1 and facts.st_uid != owner


def _copied(source: int, target: Path, size: int) -> None:
    """No more than was counted, whatever is added to the file meanwhile."""
    with target.open("xb") as file:
        while size > 0 and (piece := os.read(source, min(size, _PIECE))):
            file.write(piece)
            size -= len(piece)
    target.chmod(0o444)


def _folder(name: Path | str, above: int | None) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=above)
    except OSError:
        raise _strange() from None


def _names(descriptor: int) -> Iterator[str]:
    with os.scandir(descriptor) as entries:
        for number, entry in enumerate(entries):
            if number > _MOST_OBJECTS:
                raise _strange()
            yield entry.name


def _strange() -> SubmissionError:
    return SubmissionError("the repository's objects are not plain files of its own, or too many", ANEW)
