"""Unprivileged users of the machine, one for each sandbox that runs at the same time, given out by root.

Two sandboxes with one user share the kernel's count of that user's processes, and could signal each other wherever they
see each other. What holds a user is a lock on a file, which the kernel lets go when its holder ends, however it does.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from grader.domain.errors import SandboxError
from grader.sandbox.api import Role

# systemd's documentation, "Users, Groups, UIDs and GIDs on systemd Systems": 60578 to 61183 are given out by nobody.
FIRST, LAST = 60578, 61183
# A sandbox, and the services and tools that are started for it.
ROLES: dict[str, int] = {role: number for number, role in enumerate(("submission", *get_args(Role)))}
_EACH = 8
_BLOCKS = (LAST + 1 - FIRST) // _EACH
_LOCKS = Path("/run/django-track-users")


class Users:
    """Users for one sandbox and its services, by role. Held until ``release``."""

    def __init__(self, number: int, lock: int) -> None:
        self._number, self._lock = number, lock

    def uid(self, role: str) -> int:
        """The user of a role of ``ROLES``."""
        return FIRST + self._number * _EACH + ROLES[role]

    def release(self) -> None:
        """Gives them back; again is no harm."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def take(locks: Path = _LOCKS) -> Users:
    """Users that no other sandbox has, and of whom no process is left. Only root can give them out.

    Raises:
        SandboxError: all of them are taken.
    """
    try:
        locks.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(_BLOCKS):
            if (lock := _locked(locks / str(number))) is None:
                continue
            block = range(FIRST + number * _EACH, FIRST + (number + 1) * _EACH)
            # After the lock: who held it a moment ago may have left a process behind.
            if not any(uid in block for uid in _owners()):
                return Users(number, lock)
            os.close(lock)
    except OSError as error:
        raise SandboxError(f"No user could be given to a sandbox: {error}.", "Run `grader doctor`.") from error
    raise SandboxError(
        f"All {_BLOCKS} users for sandboxes are in use.", "Wait for other gradings on this machine to end."
    )


def _locked(path: Path) -> int | None:
    """A descriptor that holds the lock; ``None`` if somebody else has it."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _owners() -> Iterator[int]:
    """The user of each process."""
    with os.scandir("/proc") as processes:
        for process in processes:
            if process.name.isdecimal():
                with contextlib.suppress(OSError):  # it has ended
                    yield process.stat().st_uid
