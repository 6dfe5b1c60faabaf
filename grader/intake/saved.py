"""What was saved in a folder since one last looked, by sizes and times: no file is opened, no link followed."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.intake.leftovers import made_by
from grader.intake.limits import IntakeLimits
from grader.intake.names import is_made_by_tools

# Size, time of the last change in nanoseconds, and number: what is written anew differs in one of them.
Mark = tuple[int, int, int]


def marks(folder: Path, limits: IntakeLimits | None = None) -> dict[str, Mark]:
    """The mark of every file below ``folder`` that would be handed in, by its path from there.

    What tools make is left out, and so is what cannot be read. No more files are listed than may be handed in.
    """
    limits = limits or IntakeLimits()
    found: dict[str, Mark] = {}
    for path, mark in _walk(folder, "", limits.depth):
        found[path] = mark
        if len(found) >= limits.entries:
            break
    return found


def changed(before: Mapping[str, Mark], after: Mapping[str, Mark]) -> tuple[str, ...]:
    """The paths that are new, gone or written anew, in their order."""
    return tuple(sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path)))


def _walk(folder: Path | str, prefix: str, depth: int) -> Iterator[tuple[str, Mark]]:
    try:
        with os.scandir(folder) as listing:
            entries = list(listing)
    except OSError:  # gone since it was listed, or closed
        return
    if prefix and made_by(prefix.rstrip("/").rpartition("/")[2], [entry.name for entry in entries]):
        return
    for entry in entries:
        if is_made_by_tools(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            if depth > 0:
                yield from _walk(entry.path, f"{prefix}{entry.name}/", depth - 1)
        elif (mark := _mark(entry)) is not None:
            yield f"{prefix}{entry.name}", mark


def _mark(entry: "os.DirEntry[str]") -> Mark | None:
    try:
        facts = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns, facts.st_ino
