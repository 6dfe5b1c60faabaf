"""From URLs to Django's configuration."""

# TODO(05): test where the queues are (brief, Variables).
from config.settings.services import cache, database


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
    # TODO(05): shorter, once the feed waits for it (brief, task 6).
    assert options == {"socket_connect_timeout": 2, "socket_timeout": 2}


def test_without_redis_the_cache_is_local() -> None:
    assert "locmem" in cache("")["BACKEND"]
