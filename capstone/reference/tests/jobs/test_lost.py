# FILE SOLUTION 05
"""How often a task may come back because its worker died."""

import pytest
from pytest_django.fixtures import Settings

from jobs.lost import TooManyRedeliveriesError, check_returns
from tests.servers.process import free_port


def test_it_may_come_back_so_often_and_begins_anew_when_it_is_replayed(
    settings: Settings,
) -> None:
    settings.TASK_MAX_REDELIVERIES = 2
    for _ in range(2):
        check_returns("mine")
        check_returns("mine")
        check_returns("another")
        with pytest.raises(TooManyRedeliveriesError):
            check_returns("mine")


def test_without_the_cache_nothing_is_counted(settings: Settings) -> None:
    settings.TASK_MAX_REDELIVERIES = 0
    away = f"redis://127.0.0.1:{free_port()}"
    backend = "core.redis_cache.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": away}}
    check_returns("mine")
