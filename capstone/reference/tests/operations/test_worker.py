# FILE SOLUTION 05
"""What workers do, killed and told to stop, with a real broker."""

import json
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from tests.operations.platform import Platform
from tests.servers.postgres import Postgres
from tests.servers.process import eventually
from tests.servers.redis import Redis
from tests.servers.sink import Sink
from tests.servers.smtp import Smtp

ID = "a-request-of-a-test"
RETURNS = 2
QUEUES = 1  # the database after the cache's


def status_of(postgres: Postgres, comment: int) -> tuple[object, bool]:
    """Its status, and whether the queue has looked at it."""
    query = "SELECT status, screened_at IS NOT NULL FROM comments_comment WHERE id = %s"
    with postgres.connect() as connection:
        row = connection.execute(query, [comment]).fetchone()
    assert row is not None
    return row[0], bool(row[1])


@contextmanager
def held(postgres: Postgres) -> Iterator[None]:
    """Whoever has to write to the audit log waits as long as this lasts: approving does."""
    with postgres.connect() as connection, connection.transaction():
        connection.execute("LOCK TABLE audit_auditentry IN SHARE MODE")
        yield


def waiting(postgres: Postgres) -> int:
    """How many wait for a lock. One that is gone waits on until it would get it."""
    query = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with postgres.connect() as connection:
        return len(connection.execute(query).fetchall())


def emails_about(smtp: Smtp, comment: int) -> list[Any]:
    """What the mail server took about a comment that waits."""
    key = f"<comment-{comment}-waits-"
    return [one for one in smtp.messages if one.get("Message-ID", "").startswith(key)]


def in_hand(redis: Redis) -> int:
    """How many tasks are taken from the queue and not acknowledged."""
    return int(redis.client(QUEUES).hlen("unacked"))


def test_an_editors_comment_comes_out_and_a_readers_waits(
    platform: Platform, postgres: Postgres, smtp: Smtp
) -> None:
    post = platform.publish("Discussed")
    trusted = platform.comment(post, by="editor").body["id"]
    other = platform.comment(post, X_Request_ID=ID).body["id"]
    eventually(lambda: status_of(postgres, trusted) == ("approved", True))
    eventually(lambda: status_of(postgres, other) == ("pending", True))
    eventually(lambda: emails_about(smtp, other))
    (email,) = emails_about(smtp, other)
    assert email["To"] == "contributor@example.org"
    done = {"comments.tasks.publish_comment", "mail.tasks.deliver"}
    eventually(lambda: done <= tasks_of(platform, ID))


def tasks_of(platform: Platform, request_id: str) -> set[str]:
    """Which tasks a request has led to, as the worker's lines say."""
    lines = platform.lines(platform.worker)
    mine = [line for line in lines if line.get("request_id") == request_id]
    return {line["task"] for line in mine if "task" in line}


def test_what_a_killed_worker_had_in_hand_is_done_by_the_next(
    platform: Platform, postgres: Postgres, redis: Redis
) -> None:
    post = platform.publish("Survives")
    eventually(lambda: in_hand(redis) == 0)
    times = platform.worker.said().count(" ready.")
    with held(postgres):
        comment = platform.comment(post, by="editor").body["id"]
        eventually(lambda: in_hand(redis) == 1)
        platform.worker.send_all(signal.SIGKILL)
        platform.worker.wait()
    assert status_of(postgres, comment) == ("pending", False)
    (tag,) = redis.client(QUEUES).zrange("unacked_index", 0, -1)
    redis.client(QUEUES).zadd(
        "unacked_index", {str(tag): 0}, xx=True
    )  # its time is over
    platform.worker.start()
    platform.worker_is_ready(times + 1)
    eventually(lambda: status_of(postgres, comment) == ("approved", True))


def test_a_worker_that_is_told_to_stop_ends_what_it_has_begun(
    platform: Platform, postgres: Postgres
) -> None:
    post = platform.publish("Graceful shutdown")
    times = platform.worker.said().count(" ready.")
    endings = platform.worker.said().count("Warm shutdown")
    with held(postgres):
        comment = platform.comment(post, by="editor").body["id"]
        eventually(lambda: waiting(postgres))  # taken from the queue is not yet begun
        platform.worker.send(signal.SIGTERM)
        eventually(lambda: platform.worker.said().count("Warm shutdown") > endings)
    assert platform.worker.wait() == 0
    assert status_of(postgres, comment) == ("approved", True)
    platform.worker.start()
    platform.worker_is_ready(times + 1)


def test_a_web_server_that_is_told_to_stop_answers_first(
    platform: Platform, postgres: Postgres
) -> None:
    post = platform.publish("Last words")
    with ThreadPoolExecutor(1) as pool:
        with held(postgres):
            path = f"/api/v1/posts/{post}/unpublish/"
            last = pool.submit(platform.ask, path, by="contributor", send={})
            eventually(lambda: waiting(postgres))
            platform.web.send(signal.SIGTERM)
            eventually(lambda: "Handling signal: term" in platform.web.said())
        assert last.result().status == 200
    assert platform.web.wait() == 0
    platform.start_web()


def dead(platform: Platform) -> list[dict[str, Any]]:
    """What was given up, as the command shows it."""
    return [json.loads(line) for line in platform.manage("dead_letters").splitlines()]


def test_what_was_given_up_is_seen_and_replayed(
    platform: Platform, redis: Redis, smtp: Smtp, sink: Sink
) -> None:
    smtp.answer("550 Nobody here")
    try:
        waits_for = platform.comment(platform.publish("Given up")).body["id"]
        eventually(lambda: redis.client(QUEUES).llen("dead"))
    finally:
        smtp.answer("")
    (letter,) = dead(platform)
    assert (letter["task"], letter["error"]) == (
        "mail.tasks.deliver",
        "MailRefusedError",
    )
    assert redis.client(QUEUES).llen("dead") == 1  # looking takes nothing away
    assert 'platform_queue_depth{queue="dead"} 1' in platform.ask("/metrics").body
    platform.manage("dead_letters", "--replay")
    eventually(lambda: emails_about(smtp, waits_for))
    assert not redis.client(QUEUES).llen("dead")
    reports = [p.body for p in sink.posted if b"MailRefusedError" in p.body]
    assert len([body for body in reports if b'"exception"' in body]) == 1
    assert b"contributor@example.org" not in b"".join(reports)


def test_a_task_that_is_killed_at_its_limit_becomes_a_dead_letter(
    platform: Platform, postgres: Postgres, redis: Redis
) -> None:
    post = platform.publish("Too long")
    given = {"X_Request_ID": "killed-at-its-limit"}
    with held(postgres):
        comment = platform.comment(post, by="editor", **given).body["id"]
        eventually(lambda: waiting(postgres) == 1)
        at_work = platform.worker.children()
        eventually(lambda: redis.client(QUEUES).llen("dead"))
        # It is laid aside a moment before it is killed: until then it must not go on.
        eventually(lambda: not at_work & platform.worker.children())

    def lines() -> list[dict[str, Any]]:
        return [
            line
            for line in platform.lines(platform.worker)
            if line.get("request_id") == "killed-at-its-limit"
            and line["event"] == "task"
        ]

    eventually(lines)
    (line,) = lines()
    assert (line["task"], line["state"]) == (
        "comments.tasks.publish_comment",
        "failure",
    )
    assert line["duration_ms"] == 8000
    counted = 'platform_tasks_total{outcome="failed",task="comments.tasks.publish_comm'
    port = platform.metrics_port
    eventually(lambda: counted in str(platform.ask("/metrics", port=port).body))
    assert redis.client(QUEUES).llen("dead") == 1
    platform.manage("dead_letters", "--replay")
    eventually(lambda: status_of(postgres, comment) == ("approved", True))


def kill_when_begun(platform: Platform, postgres: Postgres, times: int) -> None:
    """Kill the process that has begun the task that was begun so many times."""
    eventually(lambda: waiting(postgres) == times)
    platform.worker.kill_children()


def test_a_task_that_kills_its_worker_each_time_becomes_a_dead_letter(
    platform: Platform, postgres: Postgres, redis: Redis
) -> None:
    post = platform.publish("Deadly")
    with held(postgres):
        comment = platform.comment(post, by="editor").body["id"]
        for times in range(1, RETURNS + 2):
            kill_when_begun(platform, postgres, times)
        eventually(lambda: redis.client(QUEUES).llen("dead"))
    (letter,) = dead(platform)
    assert letter["error"] == "TooManyRedeliveriesError"
    assert status_of(postgres, comment) == ("pending", False)
    platform.manage("dead_letters", "--replay")
    eventually(lambda: status_of(postgres, comment) == ("approved", True))


def test_an_empty_cache_leaves_the_queues_as_they_are(
    platform: Platform, redis: Redis, smtp: Smtp
) -> None:
    """As after a restore, when the cache may remember what the database no longer knows."""
    smtp.answer("550 Nobody here")
    try:
        platform.comment(platform.publish("Restored"))
        eventually(lambda: redis.client(QUEUES).llen("dead"))
    finally:
        smtp.answer("")
    redis.client().set("remembered", 1)
    clear = "from django.core.cache import cache; cache.clear()"
    platform.manage("shell", "--no-imports", "-c", clear)
    assert not redis.client().keys("remembered")
    assert len(dead(platform)) == 1
    platform.manage("dead_letters", "--replay")
