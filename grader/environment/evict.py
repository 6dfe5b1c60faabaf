"""Bounds what a cache of environments keeps: the longest unused go first, and what is in use stays."""

import shutil
import time
from contextlib import suppress
from pathlib import Path

from grader.domain.errors import EnvironmentError_
from grader.environment.limits import KEPT_ENVIRONMENTS, KEPT_WHEEL_BYTES
from grader.environment.pin import remove_unless_held, sweep, used_at
from grader.environment.wheels import manifest_of

_LEFT_S = 3600.0


def evict(cache: Path, *, environments: int = KEPT_ENVIRONMENTS, wheel_bytes: int = KEPT_WHEEL_BYTES) -> None:
    """Keeps the ``environments`` and the ``wheel_bytes`` of unpacked wheels that were used last, and what is held.

    What builders left that were killed is removed after an hour.
    """
    for parent in (cache, cache / "unpacked"):
        sweep(parent)
        _remove_leftovers(parent)
    found = sorted((one for one in cache.iterdir() if one.name[0] != "." and used_at(one)), key=used_at, reverse=True)
    for folder in found[environments:]:
        remove_unless_held(folder)
    _evict_wheels(cache / "unpacked", wheel_bytes)


def _evict_wheels(folder: Path, most: int) -> None:
    kept = 0
    whole = (path.parent for path in folder.glob("*/manifest.json") if path.parent.name[0] != ".")  # not half unpacked
    for place in sorted(whole, key=_touched, reverse=True):
        try:
            kept += manifest_of(place).size
        except EnvironmentError_:  # damaged, or removed meanwhile
            remove_unless_held(place)
        if kept > most:
            remove_unless_held(place)


def _touched(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _remove_leftovers(parent: Path) -> None:
    for kind in (".build-*", ".unpack-*", ".download-*"):
        for path in parent.glob(kind):
            with suppress(OSError):
                if path.lstat().st_mtime < time.time() - _LEFT_S:
                    shutil.rmtree(path, ignore_errors=True)
