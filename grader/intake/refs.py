"""The branches and tags of somebody's git repository, copied to a folder of ours as data, for git to read there."""

import os
from collections.abc import Iterator
from pathlib import Path

from grader.domain.errors import SubmissionError
from grader.intake.repository import Repository, small_file

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LARGEST_REF = 4 << 10
_LARGEST_TABLE = 16 << 20
_MOST = 20_000
_DEEPEST = 12


def copy_refs(repository: Repository, room: Path) -> None:
    """Copy all that names stand for: HEAD, branches, tags, and the tables of them. ``SubmissionError`` if too many."""
    _copy(repository.own / "HEAD", room / "HEAD", _LARGEST_REF)
    _copy(repository.common / "packed-refs", room / "packed-refs", _LARGEST_TABLE)
    for number, path in enumerate(_files(repository.common / "refs", _DEEPEST)):
        if number >= _MOST:
            raise SubmissionError("the repository has too many branches and tags", "Pack them (git pack-refs --all).")
        _copy(path, room / path.relative_to(repository.common), _LARGEST_REF)
    if repository.has_reftable:
        for path in _files(repository.common / "reftable", 0):
            _copy(path, room / path.relative_to(repository.common), _LARGEST_TABLE)
    for folder in (room / "refs").rglob("*/"):
        folder.chmod(0o755)


def _copy(source: Path, target: Path, most: int) -> None:
    """The file, if it is a plain one that is no larger."""
    data = small_file(source, most + 1)
    if data and len(data) <= most:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        target.chmod(0o444)


def _files(folder: Path, depth: int) -> Iterator[Path]:
    """What lies in the folder and in those below it, through no link."""
    try:
        descriptor = os.open(folder, _FOLDER)
    except OSError:
        return
    try:
        with os.scandir(descriptor) as entries:
            found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    finally:
        os.close(descriptor)
    for name, is_folder in found:
        if is_folder and depth:
            yield from _files(folder / name, depth - 1)
        elif not is_folder:
            yield folder / name
