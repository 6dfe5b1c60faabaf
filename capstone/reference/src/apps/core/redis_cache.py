# FILE SOLUTION 05
"""Django's Redis cache, behind a circuit breaker, and counted."""

import functools
from typing import Any, cast

from django.conf import settings
from django.core.cache.backends import redis as django_redis
from django_prometheus.cache.metrics import (
    django_cache_get_fail_total,
    django_cache_get_total,
    django_cache_hits_total,
    django_cache_misses_total,
)
from redis import Redis, RedisError

from core.circuit import Circuit

# Whatever a cache that is away may raise. What can be done without it goes on.
UNAVAILABLE = (RedisError, OSError)

_MISSING = object()


@functools.cache
def circuit_of(server: str) -> Circuit:
    """One for each server: every thread has a cache object of its own, and they share this."""
    return Circuit("Redis", seconds=settings.CACHE_CIRCUIT_SECONDS)


class GuardedRedis(Redis):
    """A client that does not wait for a server that did not answer a moment ago."""

    circuit: Circuit

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """One command; all but pipelines pass here."""
        with self.circuit.guarding(*UNAVAILABLE):
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]


class Client(django_redis.RedisCacheClient):
    """Django's, with the guarded client."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self._client = GuardedRedis
        self._circuit = circuit_of(servers[0])

    def get_client(self, key: Any = None, *, write: bool = False) -> GuardedRedis:
        """The client for a key, with the circuit of its server."""
        client = cast(GuardedRedis, super().get_client(key, write=write))
        client.circuit = self._circuit
        return client


class RedisCache(django_redis.RedisCache):
    """The cache of the settings. Raises one of UNAVAILABLE, at once, while Redis is away."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Client

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, counted by how it went."""
        django_cache_get_total.labels(backend="redis").inc()
        try:
            value = super().get(key, default=_MISSING, version=version)
        except UNAVAILABLE:
            django_cache_get_fail_total.labels(backend="redis").inc()
            raise
        if value is _MISSING:
            django_cache_misses_total.labels(backend="redis").inc()
            return default
        django_cache_hits_total.labels(backend="redis").inc()
        return value
