"""Fetches the wheels that are not here yet, each of bounded size, and has each unpacked in a sandbox."""

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

from grader import ending
from grader.environment.choose import Pinned, chosen
from grader.environment.faults import NotInstallable, Unreachable
from grader.environment.fetch import Gone, TooLarge, download
from grader.environment.index import File, indexes
from grader.environment.limits import MOST_DOWNLOAD_BYTES, MOST_DOWNLOADS_BYTES
from grader.environment.wheels import Wheels
from grader.sandbox.api import Kind, Sandbox
from grader.sandbox.select import open_sandbox

_PAGES_AT_ONCE = 4
_SMALL = 2 << 20


def collect(missing: tuple[Pinned, ...], wheels: Wheels, *, cache: Path, kind: Kind) -> None:
    """Puts the wheels of these requirements into the store, each chosen, fetched and unpacked.

    Raises:
        NotInstallable: one of them is not to be had, not sound or too large, or all together are.
        Unreachable: an index does not answer.
        SandboxError: no sandbox of that kind starts here.
    """
    where = indexes(os.environ, Path.home())
    files = _all(_PAGES_AT_ONCE, lambda one: chosen(one, where), missing)
    _check_sizes(missing, files)
    budget = _Budget()
    with (
        closing(open_sandbox(kind, state_dir=cache)) as sandbox,
        ending.room(".download-", within=cache) as room,
    ):
        add = partial(_add, wheels=wheels, sandbox=sandbox, room=room, budget=budget)
        _all(os.cpu_count() or 1, lambda pair: add(*pair), zip(missing, files, strict=True))


def can_be_had(requirements: Iterable[Pinned], cache: Path) -> bool:
    """Whether a small wheel of these can be chosen and fetched right now, which needs all that any other one does."""
    where = indexes(os.environ, Path.home())
    try:
        for one in requirements:
            file = chosen(one, where)
            if file.size is None or file.size <= _SMALL:
                with ending.room(".download-", within=cache) as room:
                    return download(file.url, room / file.name, most=MOST_DOWNLOAD_BYTES) == file.sha256
    except (NotInstallable, Unreachable, Gone, TooLarge):
        pass
    return False


def _all[A, B](at_once: int, work: Callable[[A], B], given: Iterable[A]) -> list[B]:
    """The results in order; after the first error what has not begun does not begin."""
    pool = ThreadPoolExecutor(at_once)
    with ending.threaded():
        try:
            return list(pool.map(work, given))
        finally:
            pool.shutdown(cancel_futures=True)


def _add(requirement: Pinned, file: File, *, wheels: Wheels, sandbox: Sandbox, room: Path, budget: "_Budget") -> None:
    what, path = f"{requirement.name} {requirement.version}", room / file.name
    if not wheels.place(file.sha256).is_dir():
        try:
            digest = download(file.url, path, most=file.size or MOST_DOWNLOAD_BYTES)
        except Gone:
            raise Unreachable(
                f"packages cannot be fetched: the package index lists {file.name} and does not have it.",
                "Check the package index that uv or pip is configured with, then run the same command again.",
            ) from None
        except TooLarge:
            raise NotInstallable(f"{what}: its wheel is larger than {_mb(file.size or MOST_DOWNLOAD_BYTES)}") from None
        if digest != file.sha256:
            raise NotInstallable(f"{what}: what the package index serves has another hash than it says")
        budget.take(path.stat().st_size)
        wheels.add(path, file.sha256, requirement, sandbox)
        path.unlink()
    wheels.remember(requirement, file.sha256)


class _Budget:
    """How much all wheels of one environment may weigh, also where the index announces nothing."""

    def __init__(self) -> None:
        self._left, self._lock = MOST_DOWNLOADS_BYTES, threading.Lock()

    def take(self, size: int) -> None:
        """Counts a wheel; ``NotInstallable`` if it is one too many."""
        with self._lock:
            self._left -= size
            if self._left < 0:
                raise NotInstallable(f"the wheels take more than {_mb(MOST_DOWNLOADS_BYTES)} together")


def _check_sizes(requirements: Iterable[Pinned], files: list[File]) -> None:
    """``NotInstallable`` where what the index announces is too much, before any of it is fetched."""
    for one, file in zip(requirements, files, strict=True):
        if (file.size or 0) > MOST_DOWNLOAD_BYTES:
            raise NotInstallable(
                f"{one.name} {one.version}: its wheel has {_mb(file.size or 0)}, more than {_mb(MOST_DOWNLOAD_BYTES)}"
            )
    if (size := sum(file.size or 0 for file in files)) > MOST_DOWNLOADS_BYTES:
        raise NotInstallable(f"the wheels take {_mb(size)} together, more than {_mb(MOST_DOWNLOADS_BYTES)}")


def _mb(size: int) -> str:
    return f"{size >> 20:,} MB"
