"""Brings a sandbox back to what it was before a check, from outside: its processes, and the places it may write to.

Only the first process stays. Everything here goes through descriptors of the sandbox's own /proc, /tmp and /dev/shm,
opened once: a number or a link that is changed meanwhile leads nowhere else.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.tree import Changed, Tree, names

_PROGRAM = "2"  # what the launcher has become
_KEPT = frozenset(("1", _PROGRAM))  # 1 is bubblewrap, which reaps
_PLACES = ("tmp", "dev/shm")
_WITHIN_S = 2.0
_LOOK_AGAIN_S = 0.0005
_THREADS = 17  # the field num_threads of /proc/PID/stat, counted from the state


class Sweep:
    """One running sandbox. ``outer`` is the process that was started for it; ``OSError`` if it has gone."""

    def __init__(self, outer: int) -> None:
        with contextlib.ExitStack() as stack:
            root = _opened(f"/proc/{_init(outer)}/root")
            stack.callback(os.close, root)
            self._fds = [_opened(name, root) for name in ("proc", *_PLACES)]
        self._proc, *self._places = self._fds
        self._before: list[Tree] = []

    def close(self) -> None:
        """Gives back the descriptors; again is no harm."""
        while self._fds:
            os.close(self._fds.pop())

    def remember(self) -> None:
        """Notes what is in the writable places. ``Changed`` if that is too much, or more than one process is there."""
        self._before.clear()
        self._end_strays()
        self._before = [Tree.of(place) for place in self._places]

    def restore(self) -> None:
        """Ends all processes but the first and puts every place back. ``Changed`` if that cannot be, or not in time."""
        self._end_strays()
        if not self._before:
            raise Changed("nothing was remembered")
        for place, tree in zip(self._places, self._before, strict=True):
            tree.restore(place)

    def _end_strays(self) -> None:
        """Kills until none is left: the list goes by rising numbers, so that a child comes behind its parent in it."""
        deadline = time.monotonic() + _WITHIN_S
        while strays := [name for name in names(self._proc) if name.isdecimal() and not self._may_stay(name)]:
            if time.monotonic() > deadline:
                raise Changed(f"{len(strays)} processes could not be ended")
            for name in strays:
                self._kill(name)
            time.sleep(_LOOK_AGAIN_S)

    def _may_stay(self, name: str) -> bool:
        """Whether it is the first process, or one that has ended and nobody has asked after: it runs nothing more."""
        return name in _KEPT or self._has_ended(name)

    def _has_ended(self, name: str) -> bool:
        """A process whose first thread has ended looks so, too, while others of its threads go on."""
        try:
            stat = os.open(f"{name}/stat", os.O_RDONLY, dir_fd=self._proc)
            with os.fdopen(stat, "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            return True
        return fields[0] in (b"Z", b"X") and int(fields[_THREADS]) <= 1

    def _kill(self, name: str) -> None:
        """By a descriptor of its directory, so never a successor of its number."""
        with contextlib.suppress(OSError):
            process = os.open(name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=self._proc)
            try:
                signal.pidfd_send_signal(process, signal.SIGKILL)
            finally:
                os.close(process)


def opened_program(outer: int) -> int:
    """A descriptor of the program that runs in the sandbox, for signals; ``OSError`` if it has gone.

    It is opened within the sandbox's own /proc, so that it is never another one's of that number.
    """
    inside = _opened(f"/proc/{_init(outer)}/root/proc")
    try:
        return _opened(_PROGRAM, inside)
    finally:
        os.close(inside)


def _opened(path: str, within: int | None = None) -> int:
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY, dir_fd=within)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A process, and its number in each namespace from ours down to its own."""

    pid: int
    numbers: tuple[str, ...]


def _init(outer: int) -> int:
    """The first process of the innermost namespace below ``outer``, by its number here."""
    first = [seen for seen in _below(outer) if seen.numbers[-1] == "1"]
    if not first:
        raise ProcessLookupError("the sandbox has no first process")
    return max(first, key=lambda seen: len(seen.numbers)).pid


def _below(pid: int) -> Iterator[_Seen]:
    """The process and all that descend from it, as far as they are still there."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        place = Path("/proc") / str(pid)
        status = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
        yield _Seen(pid, tuple(status["NSpid"].split()))
        for task in (place / "task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _below(int(child))
