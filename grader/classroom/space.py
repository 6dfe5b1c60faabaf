"""Whether the disks have room, seen before it is missing."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

LEAST_BYTES = 512 << 20  # a grading unpacks 100 MB, and its services write as much
LEAST_NAMES = 20_000


def short_of(folders: Iterable[Path]) -> str:
    """What is missing where, as a part of a sentence; "" while there is enough everywhere."""
    for folder in folders:
        with suppress(OSError):
            facts = os.statvfs(folder)
            free = facts.f_bavail * facts.f_frsize
            if free < LEAST_BYTES:
                return f"the disk of {folder} has {free >> 20} MB left, and a grading needs {LEAST_BYTES >> 20} MB"
            if facts.f_files and facts.f_favail < LEAST_NAMES:
                return f"the disk of {folder} has room for {facts.f_favail:,} more files, and a grading needs more"
    return ""
