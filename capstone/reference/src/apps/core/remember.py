# FILE SOLUTION 05
"""Cache-aside with generations, stale-while-revalidate and protection from a cache stampede.

Keys carry a generation. A change makes a new one, and what the old one knew is never asked for
again; so an answer that was on its way while something changed cannot outlive the change.

What the cache does not hold is computed by one thread of each process, and the others wait for that
thread. What has become stale is computed by one caller anywhere, and the others get the old value.
"""

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from hashlib import sha256
from threading import Lock
from typing import Any, NamedTuple
from uuid import uuid4

from django.core.cache import cache

from core import clock
from core.redis_cache import UNAVAILABLE

# How long to wait for the thread that computes a value before computing it oneself.
WAIT_SECONDS = 5
# After so long somebody else refreshes a stale value: whoever began to has died.
REFRESH_SECONDS = 10

_in_flight: dict[str, Future[Any]] = {}
_in_flight_lock = Lock()


class Entry(NamedTuple):
    """A value, and from when on it is stale."""

    value: Any
    stale_at: float


def key(family: str, *parts: object) -> str:
    """The key of a value in the family's current generation; `parts` may be of any length."""
    name = f"{family}:generation"
    generation = cache.get(name) or cache.get_or_set(
        name, _new_generation, timeout=None
    )
    digest = sha256(repr(parts).encode()).hexdigest()
    return f"{family}:{generation}:{digest}"


def forget(family: str) -> None:
    """Begin a new generation: nothing that was remembered counts any more."""
    cache.set(f"{family}:generation", _new_generation(), timeout=None)


def store(name: str, value: Any, *, seconds: float) -> None:
    """Keep a value under a key. It is fresh for `seconds`, then stale for as long again."""
    cache.set(
        name, Entry(value, clock.now().timestamp() + seconds), timeout=2 * seconds
    )


def remembered(
    family: str, *parts: object, make: Callable[[], Any], seconds: float
) -> Any:
    """The value from the cache, or computed by `make` and kept. Without a cache always computed.

    Raises what `make` raises, of which nothing is kept.
    """
    try:
        name = key(family, *parts)
        found = cache.get(name)
        if found is not None and not _is_to_be_refreshed(found, name):
            return found.value
    except UNAVAILABLE:
        return make()
    if found is None:
        return _computed_once(name, make, seconds)
    try:
        return _compute(name, make, seconds)
    finally:
        _quietly(lambda: cache.delete(f"{name}:refresh"))


def _is_to_be_refreshed(found: Entry, name: str) -> bool:
    """Whether it is stale, and nobody else is refreshing it."""
    return clock.now().timestamp() >= found.stale_at and cache.add(
        f"{name}:refresh", 1, timeout=REFRESH_SECONDS
    )


def _computed_once(name: str, make: Callable[[], Any], seconds: float) -> Any:
    """Computed by this thread, or by the one of this process that is at it already.

    A thread that waited in vain, because that one failed or takes too long, computes it itself.
    """
    with _in_flight_lock:
        others = _in_flight.get(name)
        mine = _in_flight.setdefault(name, Future())
    if others is not None:
        try:
            return others.result(WAIT_SECONDS)
        except (CancelledError, TimeoutError):
            return _compute(name, make, seconds)
    try:
        # Between our look and our turn another thread may have had its own.
        found = _quietly(lambda: cache.get(name))
        value = found.value if found else _compute(name, make, seconds)
        mine.set_result(value)
        return value
    finally:
        mine.cancel()  # without effect once there is a result
        with _in_flight_lock:
            del _in_flight[name]


def _compute(name: str, make: Callable[[], Any], seconds: float) -> Any:
    value = make()
    _quietly(lambda: store(name, value, seconds=seconds))
    return value


def _quietly(ask: Callable[[], Any]) -> Any:
    """What the cache says; None if it cannot be reached, which is in the metrics."""
    try:
        return ask()
    except UNAVAILABLE:
        return None


def _new_generation() -> str:
    return uuid4().hex
