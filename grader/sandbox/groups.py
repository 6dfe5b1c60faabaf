"""The directories of control groups: how they are named, and how they go, those of graders that were killed as well."""

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from grader.sandbox import hierarchy

_PREFIX = "grader-"
_CONTROLLERS = ("memory", "pids", "cpu", "cpuacct")
_SETTLED_S = 60.0
_LEAVES_WITHIN_S, _SWEPT_WITHIN_S, _LOOK_AGAIN_S = 2.0, 1.0, 0.01


def new_name() -> str:
    """A name for a group of this process, which nobody can foretell."""
    return f"{_PREFIX}{os.getpid()}-{secrets.token_hex(6)}"


def remove(*paths: Path, within_s: float = _LEAVES_WITHIN_S) -> None:
    """Removes the directories of groups, waiting up to ``within_s`` seconds in all for the last process to leave."""
    deadline = time.monotonic() + within_s
    left = list(paths)
    while (left := [path for path in left if not _is_removed(path)]) and time.monotonic() < deadline:
        time.sleep(_LOOK_AGAIN_S)


def sweep_of(pid: int) -> None:
    """Removes the groups that the process of that number left, which has ended: one that is killed cannot do it itself.

    What it had started ends with it, and may take a moment to. Where that is long, the next grader removes them.
    """
    remove(*_groups(f"{_PREFIX}{pid}-*"), within_s=_SWEPT_WITHIN_S)


@cache
def sweep_once() -> None:
    """Removes what graders left that were killed together with all that could have swept after them."""
    for path in _groups(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if not _is_owned(path) and time.time() - path.stat().st_mtime > _SETTLED_S:
                path.rmdir()  # which the kernel refuses while a process is in it


def _groups(pattern: str) -> Iterator[Path]:
    """Groups of graders that live where this process would make its own."""
    for base in {_base(), *map(hierarchy.own, _CONTROLLERS)} - {None}:
        assert base is not None
        with contextlib.suppress(OSError):
            yield from base.glob(pattern)


def _base() -> Path | None:
    """Where groups of version 2 are made: beside the leaf, if this process lives in one."""
    own = hierarchy.own()
    return own.parent if own is not None and own.name == hierarchy.LEAF else own


def _is_owned(path: Path) -> bool:
    """Whether the process that made it runs."""
    pid = path.name.removeprefix(_PREFIX).partition("-")[0]
    return Path("/proc", pid).exists()


def _is_removed(path: Path) -> bool:
    try:
        path.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
