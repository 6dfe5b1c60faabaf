# FILE SOLUTION 05
"""Cache-aside with generations and stale-while-revalidate.

Keys carry a generation. A change makes a new one, and what the old one knew is never asked for
again; so an answer that was on its way while something changed cannot outlive the change.
"""

from collections.abc import Callable
from hashlib import sha256
from time import sleep, time
from typing import Any, NamedTuple
from uuid import uuid4

from django.core.cache import cache

from core.redis_cache import UNAVAILABLE

# How long whoever makes a value is waited for before one makes it oneself, in steps of so much.
# A database that is slow must not be asked by all at once; who died while making it left a lock.
PATIENCE_SECONDS = 5
STEP_SECONDS = 0.05
LOCK_SECONDS = 10


class Entry(NamedTuple):
    """A value, and from when on somebody should make it anew."""

    value: Any
    stale_at: float


def key(family: str, *parts: object) -> str:
    """The key of a value in the family's current generation; `parts` may be of any length."""
    name = f"{family}:generation"
    generation = cache.get(name) or cache.get_or_set(name, _fresh, timeout=None)
    digest = sha256(repr(parts).encode()).hexdigest()
    return f"{family}:{generation}:{digest}"


def forget(family: str) -> None:
    """Begin a new generation: nothing that was remembered counts any more."""
    cache.set(f"{family}:generation", _fresh(), timeout=None)


def store(name: str, value: Any, *, seconds: float) -> None:
    """Put a value there. It may be served as long again while one caller makes the next."""
    cache.set(name, Entry(value, time() + seconds), timeout=2 * seconds)


def remembered(
    family: str, *parts: object, make: Callable[[], Any], seconds: float
) -> Any:
    """The value from the cache, or made. Without a cache it is always made.

    What `make` raises comes through, and nothing is remembered of it.
    """
    try:
        name = key(family, *parts)
        found = cache.get(name)
        if found is not None and not _is_my_turn(found, name):
            return found.value
        if found is None and not cache.add(f"{name}:lock", 1, timeout=LOCK_SECONDS):
            found = _wait(name)
            if found is not None:
                return found.value
    except UNAVAILABLE:
        return make()
    return _make(name, make, seconds)


def _is_my_turn(found: Entry, name: str) -> bool:
    """Whether it is old, and nobody else is making a new one. All others get the old one."""
    return time() >= found.stale_at and cache.add(
        f"{name}:lock", 1, timeout=LOCK_SECONDS
    )


def _wait(name: str) -> Entry | None:
    """What somebody else is about to put there; None if that takes too long, or came to nothing."""
    for _ in range(round(PATIENCE_SECONDS / STEP_SECONDS)):
        sleep(STEP_SECONDS)
        is_at_work = cache.get(
            f"{name}:lock"
        )  # asked first: the value comes before it goes
        if found := cache.get(name):
            return Entry(*found)
        if not is_at_work:
            return None
    return None


def _make(name: str, make: Callable[[], Any], seconds: float) -> Any:
    try:
        value = make()
        _quietly(lambda: store(name, value, seconds=seconds))
        return value
    finally:
        _quietly(lambda: cache.delete(f"{name}:lock"))


def _quietly(write: Callable[[], Any]) -> None:
    """Whoever asked has the value; that it was not kept is in the metrics."""
    try:
        write()
    except UNAVAILABLE:
        return


def _fresh() -> str:
    return uuid4().hex
