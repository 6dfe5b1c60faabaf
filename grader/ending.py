"""The end of a run before its time: nothing new is started, and what it has made on disk is known, to be removed.

The way out that Python takes by itself waits for every thread, and one that waits for an answer takes minutes.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BEGUN = threading.Event()
_ROOMS: "set[Path]" = set()
_HELD: set[object] = set()
_THREADED: set[object] = set()
_LOOK_AGAIN_S = 0.01


def begin() -> None:
    """From now on ``refuse_if_begun`` raises: for good, since the process is about to end."""
    _BEGUN.set()


def has_begun() -> bool:
    """Whether the run is to end now."""
    return _BEGUN.is_set()


def refuse_if_begun() -> None:
    """``KeyboardInterrupt`` where the run is to end: whatever was about to be started or made is not."""
    if _BEGUN.is_set():
        raise KeyboardInterrupt


@contextmanager
def room(prefix: str, *, within: "Path | None" = None) -> "Iterator[Path]":
    """A new folder of this user alone, where temporary files go or in ``within``; removed on leaving."""
    import tempfile  # whoever asks for help only has no use for it
    from pathlib import Path

    refuse_if_begun()
    path = Path(tempfile.mkdtemp(prefix=prefix, dir=within))
    remember(path)
    try:
        yield path
    finally:
        remove(path)


def remember(path: "Path") -> None:
    """Counts a folder among those that ``remove_rooms`` removes."""
    _ROOMS.add(path)


def remove(path: "Path") -> None:
    """Removes a folder with all that is in it; again is no harm."""
    import shutil

    shutil.rmtree(path, ignore_errors=True)
    _ROOMS.discard(path)


def remove_rooms() -> None:
    """Removes every folder that is still there."""
    for path in tuple(_ROOMS):
        remove(path)


@contextmanager
def held() -> Iterator[None]:
    """Keeps the end waiting: what is outside of this process and its sandboxes has to be taken down meanwhile."""
    with _in(_HELD):
        yield


@contextmanager
def threaded() -> Iterator[None]:
    """Says that threads are at work which may not end for long: a run that is to end now is cut off.

    Everything else finds its own way out, and is given the time that it takes.
    """
    with _in(_THREADED):
        yield


def is_threaded() -> bool:
    """Whether such threads are at work."""
    return bool(_THREADED)


@contextmanager
def _in(tokens: set[object]) -> Iterator[None]:
    token = object()
    tokens.add(token)
    try:
        yield
    finally:
        tokens.discard(token)


def wait_until_released(most_s: float) -> None:
    """Returns once nobody keeps the end waiting, or after so many seconds."""
    deadline = time.monotonic() + most_s
    while _HELD and time.monotonic() < deadline:
        time.sleep(_LOOK_AGAIN_S)
