"""Whether the disks have room, seen before it is missing."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

FOR_GRADING = 512 << 20  # it unpacks 100 MB, and its services write as much
FOR_REPORTS = 32 << 20
_FEWEST_NAMES = 1_000


def short_of(rooms: Iterable[tuple[Path, int]]) -> str:
    """What is missing where, as a part of a sentence; "" while every folder has as many bytes left as are needed."""
    for folder, least in rooms:
        with suppress(OSError):
            facts = os.statvfs(folder)
            free = facts.f_bavail * facts.f_frsize
            if free < least:
                return f"the disk of {folder} has {free >> 20} MB left, and {least >> 20} MB are needed"
            if facts.f_files and facts.f_favail < _FEWEST_NAMES:
                return f"the disk of {folder} has room for {facts.f_favail:,} more files only"
    return ""
