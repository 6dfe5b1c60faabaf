# FILE SOLUTION 05
"""The cache in front of a real Redis, which may go."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from prometheus_client import REGISTRY
from pytest_django.fixtures import Settings

from core import remember
from core.circuit import CircuitOpenError
from core.redis_cache import UNAVAILABLE
from tests.servers.redis import Redis


@pytest.fixture
def server(
    tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> Iterator[Redis]:
    """A Redis of one's own, and the settings that lead to it."""
    redis = Redis(tmp_path_factory.mktemp("redis"))
    redis.start()
    backend = "core.redis_cache.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": redis.url()}}
    yield redis
    redis.stop()


def counted(name: str) -> float:
    """What a counter of django-prometheus says of this cache."""
    return REGISTRY.get_sample_value(f"{name}_total", {"backend": "redis"}) or 0


def test_a_value_is_kept_and_each_look_is_counted(server: Redis) -> None:
    hits, misses = counted("django_cache_get_hits"), counted("django_cache_get_misses")
    assert cache.get("post", default="none") == "none"
    cache.set("post", None)
    assert cache.get("post", default="none") is None  # nothing is a value, too
    assert counted("django_cache_get_hits") == hits + 1
    assert counted("django_cache_get_misses") == misses + 1


def test_one_that_is_away_is_asked_once_and_left_alone(server: Redis) -> None:
    cache.set("post", 1)
    fails = counted("django_cache_get_fail")
    server.stop()
    with pytest.raises(UNAVAILABLE):
        cache.get("post")
    with pytest.raises(CircuitOpenError):
        cache.get("post")
    assert counted("django_cache_get_fail") == fails + 2


def test_what_cannot_be_remembered_is_made_each_time(server: Redis) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    assert remember.remembered("f", make=make, seconds=9) == 0
    assert remember.remembered("f", make=make, seconds=9) == 0
    server.stop()
    assert remember.remembered("f", make=make, seconds=9) == 1
    assert remember.remembered("f", make=make, seconds=9) == 2


def test_a_cache_that_goes_while_a_value_is_made_takes_nothing_along(
    server: Redis,
) -> None:
    def make() -> str:
        server.stop()
        return "made"

    assert remember.remembered("f", make=make, seconds=9) == "made"
