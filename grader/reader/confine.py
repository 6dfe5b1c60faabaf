"""Gives up, for good, everything that reading does not need. Runs in the child, before it reads a hostile byte."""

import os
import resource
import signal
import sys
from collections.abc import Callable

from grader.reader.calls import allow_reading_only, load

CRASHED = 126
UID = 61104  # in the range that no distribution gives out, beside the sandbox's own users


def confine(bounds: dict[str, int], *, nowhere: str = "") -> None:
    """Limits, an unprivileged user where root started it, no network, and with ``nowhere`` no files at all.

    ``bounds`` are ``cpu_s``, ``memory_mb``, ``file_mb``. ``nowhere`` is a folder in which to make the empty one that
    this process stays in: nothing can be imported later, and no system call is left but those that reading takes.
    Namespaces are taken where the machine gives them. The limits always hold; where root started this, so do the user
    and the empty root.
    """
    root = os.geteuid() == 0
    if nowhere:
        load()
        _go_nowhere(nowhere)
    _unshare(root)
    if nowhere:
        _make_here_the_root(root)
    if root:
        os.setgroups([])
        os.setresgid(UID, UID, UID)
        os.setresuid(UID, UID, UID)
    for name, value in {
        "AS": bounds["memory_mb"] << 20,
        "FSIZE": bounds["file_mb"] << 20,
        "CPU": bounds["cpu_s"],
        "CORE": 0,
        "NPROC": 0,  # nothing can be started any more, not even a thread
        "NOFILE": 64,
    }.items():
        _limit(name, value)
    if nowhere:
        allow_reading_only()


def or_crash(main: Callable[[], None]) -> None:
    """Run a program of this package; what it raises is a fault of ours, with an exit status of its own."""
    try:
        main()
    except BaseException:
        os._exit(CRASHED)


def limit_job(seconds: float) -> None:
    """From now on this process may use so much processor time, or a signal ends it; 0 takes the limit back."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit(name: str, value: int) -> None:
    which = getattr(resource, f"RLIMIT_{name}", None)
    if which is None or (sys.platform == "darwin" and name in ("AS", "NPROC")):
        return
    hard = resource.getrlimit(which)[1]
    # At the soft limit on processor time comes a signal that tells of it, at the hard one the end that tells nothing.
    most = value + 5 if name == "CPU" else value
    bounded = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(which, (min(value, bounded), bounded))


def _unshare(root: bool) -> None:
    if not hasattr(os, "unshare"):
        return
    spaces = os.CLONE_NEWNET | os.CLONE_NEWIPC | (0 if root else os.CLONE_NEWUSER)
    try:
        os.unshare(spaces)
    except OSError:
        return  # a machine that gives no namespaces to anybody


def _go_nowhere(below: str) -> None:
    """Into a folder that is deleted at once: nothing is in it, and nothing can be put there."""
    folder = f"{below}/track-reader-{os.urandom(8).hex()}"
    os.mkdir(folder, 0o700)
    os.chdir(folder)
    os.rmdir(folder)


def _make_here_the_root(root: bool) -> None:
    """All files are out of reach from now on. Others than root may do it in a user namespace, where they get one."""
    try:
        os.chroot(".")
    except PermissionError:
        if root:
            raise
