# FILE SOLUTION 05
"""Servers that are stopped, frozen and come back, under the application as it runs."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.operations.platform import Platform
from tests.servers.postgres import Postgres
from tests.servers.process import eventually
from tests.servers.redis import Redis

READY = {"database": "ok", "cache": "ok"}


@pytest.fixture(autouse=True)
def _whole_again(platform: Platform) -> Iterator[None]:
    """Each test leaves it as it was."""
    yield
    eventually(lambda: platform.ask("/ready").status == 200)


def ready(platform: Platform) -> dict[str, str]:
    """What the probe says of each service."""
    checks: dict[str, str] = platform.ask("/ready").body["checks"]
    return checks


def test_a_database_that_stops_and_comes_back(
    platform: Platform, postgres: Postgres
) -> None:
    platform.publish("Before")
    postgres.stop()
    try:
        assert ready(platform) == READY | {"database": "unavailable"}
        answer = platform.ask("/api/v1/posts/?search=outage")
        assert (answer.status, answer.body["status"]) == (500, 500)
        assert "psycopg" not in str(answer.body)
        assert platform.ask("/live").status == 200
    finally:
        postgres.start()
    eventually(lambda: ready(platform) == READY, seconds=10)
    assert platform.ask("/api/v1/posts/?search=Before").body["results"]


def test_the_feed_without_redis(platform: Platform, redis: Redis) -> None:
    post = platform.publish("Without Redis")
    redis.stop()
    try:
        assert ready(platform) == READY | {"cache": "unavailable"}
        for _ in range(3):
            feed = platform.ask("/api/v1/posts/")
            assert feed.status == 200
            assert feed.seconds < 1
        assert platform.ask(f"/api/v1/posts/{post}/").status == 200
        written = platform.comment(post)  # nobody takes the task; Beat finds it later
        assert written.status == 201
        assert written.seconds < 5
    finally:
        redis.start()
    eventually(lambda: ready(platform) == READY, seconds=10)


def test_one_waits_for_a_redis_that_hangs_and_not_all(
    platform: Platform, redis: Redis
) -> None:
    platform.publish("Hanging")
    redis.freeze()
    try:
        first = platform.ask("/api/v1/posts/")
        assert first.status == 200
        assert first.seconds < 4
        with ThreadPoolExecutor(4) as pool:
            seconds = list(
                pool.map(lambda _: platform.ask("/api/v1/posts/").seconds, range(12))
            )
        # Once in a while one tries whether it is back; the others do not wait.
        assert sorted(seconds)[8] < 0.5
        assert ready(platform)["cache"] == "unavailable"
    finally:
        redis.thaw()
    eventually(lambda: ready(platform) == READY, seconds=10)


def test_a_stampede_reads_the_posts_once(
    platform: Platform, postgres: Postgres
) -> None:
    """While the posts cannot be read, who wants to read them is seen to wait for the lock."""
    platform.publish("Popular")
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND query LIKE '%posts_post%'"
    )
    with (
        postgres.connect() as owner,
        postgres.connect() as observer,
        ThreadPoolExecutor(50) as pool,
    ):
        with owner.transaction():
            owner.execute("LOCK TABLE posts_post IN ACCESS EXCLUSIVE MODE")
            asked = [pool.submit(platform.ask, "/api/v1/posts/") for _ in range(50)]
            eventually(lambda: observer.execute(waiting).fetchone() != (0,))
            time.sleep(1)
            assert observer.execute(waiting).fetchone() == (1,)
        answers = [answer.result() for answer in asked]
    assert {answer.status for answer in answers} == {200}
    assert max(answer.seconds for answer in answers) < 5


def test_equal_titles_and_many_comments_at_once(platform: Platform) -> None:
    post = platform.publish("Crowded")
    sent = {"title": "At once", "body": "Something."}

    def write(_: int) -> str:
        return str(platform.ask("/api/v1/posts/", by="editor", send=sent).body["slug"])

    with ThreadPoolExecutor(8) as pool:
        slugs = list(pool.map(write, range(8)))
        comments = list(pool.map(lambda _: platform.comment(post).status, range(8)))
    assert len(set(slugs)) == 8
    assert comments == [201] * 8


def test_one_key_sent_at_once_makes_one_comment(platform: Platform) -> None:
    post = platform.publish("Once")
    key = {"Idempotency_Key": "the-same-for-all"}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: platform.comment(post, **key), range(6)))
    assert {answer.status for answer in answers} <= {201, 409}
    assert len({a.body["id"] for a in answers if a.status == 201}) == 1
