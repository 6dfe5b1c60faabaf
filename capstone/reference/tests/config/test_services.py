# FILE SOLUTION 01
"""From URLs to Django's configuration."""

# BEGIN SOLUTION 05
import pytest

# END
# BEGIN BEFORE 05
# from config.settings.services import cache, database
# END
# BEGIN SOLUTION 05
from config.settings.services import broker, cache, database

# STUB
# # TODO(05): test where the queues are (brief, Variables).
# from config.settings.services import cache, database
# END


def test_postgresql_is_not_waited_for_without_end() -> None:
    config = database("postgres://app:secret@db:5432/app")
    assert config["OPTIONS"]["connect_timeout"] == 3
    assert config["CONN_HEALTH_CHECKS"] is True


def test_the_url_has_the_last_word_on_time() -> None:
    config = database("postgres://app:secret@db:5432/app?connect_timeout=9")
    assert int(config["OPTIONS"]["connect_timeout"]) == 9


def test_sqlite_has_nothing_to_wait_for() -> None:
    assert "OPTIONS" not in database("sqlite:///db.sqlite3")


def test_redis_is_not_waited_for_without_end() -> None:
    options = cache("redis://redis:6379/0")["OPTIONS"]
    # BEGIN BEFORE 05
    # assert options == {"socket_connect_timeout": 2, "socket_timeout": 2}
    # END
    # BEGIN SOLUTION 05
    assert options["socket_connect_timeout"] == options["socket_timeout"] == 0.5
    # STUB
    # # TODO(05): shorter, once the feed waits for it (brief, task 6).
    # assert options == {"socket_connect_timeout": 2, "socket_timeout": 2}
    # END


def test_without_redis_the_cache_is_local() -> None:
    assert "locmem" in cache("")["BACKEND"]


# BEGIN SOLUTION 05
@pytest.mark.parametrize(
    ("cache_url", "broker_url"),
    [
        ("redis://redis:6379/0", "redis://redis:6379/1"),
        ("redis://redis:6379", "redis://redis:6379/1"),
        (
            "rediss://:x@redis:6379/15?health_check_interval=3",
            "rediss://:x@redis:6379/0?health_check_interval=3",
        ),
    ],
)
def test_the_queues_are_not_where_the_cache_is(cache_url: str, broker_url: str) -> None:
    assert broker(cache_url) == broker_url


def test_the_queues_may_be_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKER_URL", "redis://queues:6379/0")
    assert broker("redis://redis:6379/0") == "redis://queues:6379/0"


# END
