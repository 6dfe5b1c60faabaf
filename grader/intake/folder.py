"""Files from a folder, opened one level at a time and never through a link, so that nothing can be swapped underway."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from grader.domain.errors import SubmissionError
from grader.intake.names import shown
from grader.intake.store import Store

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PIECE = 1 << 20


def from_folder(source: Path, store: Store) -> None:
    """Copy every plain file below ``source`` into the store."""
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as problem:
        raise SubmissionError(
            f"{shown(str(source))} cannot be read: {problem.strerror}", "Check its permissions."
        ) from None
    try:
        _walk(descriptor, "", store)
    finally:
        os.close(descriptor)


def _walk(descriptor: int, prefix: str, store: Store) -> None:
    for name in _names(descriptor, store):
        path = f"{prefix}{name}"
        if not store.wants(path):
            continue
        try:
            kind = os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode
        except FileNotFoundError:
            continue  # an editor's temporary file, gone since the folder was listed
        if stat.S_ISDIR(kind):
            _descend(descriptor, name, path, store)
        elif stat.S_ISREG(kind):
            _copy(descriptor, name, path, store)
        else:
            what = "a symbolic link" if stat.S_ISLNK(kind) else "not a plain file"
            store.notice(f"{shown(path)} was left out: it is {what}.")


def _names(descriptor: int, store: Store) -> list[str]:
    """The names in a folder in order, read no further than the bounds allow: a flood of files is not even listed."""
    names = []
    with os.scandir(descriptor) as entries:
        for entry in entries:
            names.append(entry.name)
            if len(names) > store.limits.entries:
                break
    return sorted(names)


def _descend(descriptor: int, name: str, path: str, store: Store) -> None:
    try:
        inner = os.open(name, _FOLDER, dir_fd=descriptor)
    except OSError:
        store.notice(f"{shown(path)} was left out: it cannot be opened.")
        return
    try:
        _walk(inner, f"{path}/", store)
    finally:
        os.close(inner)


def _copy(descriptor: int, name: str, path: str, store: Store) -> None:
    try:
        file = os.open(name, _FILE, dir_fd=descriptor)
    except OSError:
        store.notice(f"{shown(path)} was left out: it cannot be opened.")
        return
    try:
        facts = os.fstat(file)
        if not stat.S_ISREG(facts.st_mode):
            store.notice(f"{shown(path)} was left out: it is not a plain file.")
            return
        store.check_size(path, facts.st_size)
        store.add(path, _pieces(file), executable=bool(facts.st_mode & stat.S_IXUSR))
    finally:
        os.close(file)


def _pieces(file: int) -> Iterator[bytes]:
    while piece := os.read(file, _PIECE):
        yield piece
