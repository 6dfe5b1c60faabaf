"""The public is answered with Redis stopped and frozen, and `/ready` tells."""

import time

import pytest

from grader.checkpoint import check, expect, expect_that

STOPPED_S, FIRST_S, FAST_S, BACK_S = 1.0, 4.0, 0.5, 10.0
WAITED_S, LEFT_ALONE_S = 3, 5  # for a cache that does not answer, and without asking it again
SLOWER = 3  # times what a request takes with Redis there: a busy machine may be that much slower a moment later


@pytest.fixture
def timed():
    """``timed(it, path)`` is how long an anonymous request takes that has to be answered with 200."""

    def ask(it, path):
        began = time.monotonic()
        it.web.get(path).expect(200)
        return time.monotonic() - began

    return ask


@pytest.fixture
def timed_at_once(timed):
    """``timed_at_once(it, paths)``: how long each of these requests takes, when they come at the same moment."""

    def ask(it, paths):
        times = []
        it.web.at_once([lambda path=path: times.append(timed(it, path)) for path in paths])
        return times

    return ask


@pytest.fixture
def recovers():
    """``recovers(it)``: `/ready` says that the cache is away, and that it is back in time once it is."""

    def cache(it):
        answer = it.web.get("/ready", version=None).expect(200, 503)
        return answer.object().get("checks", {}).get("cache")

    def watch(it):
        expect(cache(it), equal_to="unavailable")
        it.web.restore("redis")
        it.until(
            lambda: cache(it) == "ok",
            expected='`"cache": "ok"` at `/ready`',
            observed=lambda: cache(it),
            within_s=BACK_S,
        )

    return watch


@check("caching.outage", seconds=120)
def test_redis_is_stopped(platform, timed, recovers):
    """With Redis stopped each anonymous `GET` answers 200 within 1 second, what was cached and what was not."""
    it = platform()
    posts = it.web.rows.posts([{"state": "out"} for _ in range(3)])
    it.web.get(f"/posts/{posts[0].id}/").expect(200)
    usual = max(timed(it, "/posts/?limit=2"), timed(it, f"/posts/{posts[1].id}/"))
    it.web.cut("redis")
    for path in ("/posts/", *(f"/posts/{post.id}/" for post in posts), "/posts/?limit=1", "/posts/"):
        took = timed(it, path)
        expect_that(
            took < max(STOPPED_S, SLOWER * usual),
            expected=f"GET {path} within {STOPPED_S:g} s",
            observed=f"{took:.2f} s",
        )
    it.web.get("/live", version=None).expect(200)
    it.web.get("/healthz", version=None).expect(200, because="the database is there")
    recovers(it)


@check("caching.outage", seconds=120)
def test_redis_is_frozen(platform, timed, timed_at_once, recovers):
    """With Redis frozen the first answer comes within 4 seconds, and most of the next within half a second."""
    it = platform()
    it.web.rows.posts([{"state": "out"} for _ in range(3)])
    paths = [f"/posts/?limit={number}" for number in (1, 2, 3, 4)]
    usual = max(timed_at_once(it, paths) + timed_at_once(it, paths))
    it.web.silence("redis")
    first = timed(it, paths[0])
    in_time = first < max(FIRST_S, SLOWER * usual)
    expect_that(in_time, expected=f"the first answer within {FIRST_S:g} s", observed=f"{first:.2f} s")
    most_are_fast([took for _ in range(3) for took in timed_at_once(it, paths)], usual)
    recovers(it)


def most_are_fast(took, usual):
    """Fails the check unless at least 9 of 12 answers took less than half a second, or little more than usual."""
    fast = sum(one < max(FAST_S, SLOWER * usual) for one in took)
    shown = ", ".join(f"{one:.2f}" for one in sorted(took))
    expect_that(fast >= 9, expected=f"at least 9 of 12 answers within {FAST_S:g} s", observed=f"{shown} s")


@check("caching.outage", seconds=120)
def test_a_cache_that_did_not_answer_is_left_alone(platform, timed_at_once):
    """Once Redis has not answered it is not asked for `CACHE_CIRCUIT_SECONDS`: few of the next answers wait for it.

    The time that it may take is long here, so that waiting for it stands out from what a busy machine takes.
    """
    it = platform(env={"CACHE_TIMEOUT_SECONDS": str(WAITED_S), "CACHE_CIRCUIT_SECONDS": str(LEFT_ALONE_S)})
    it.web.rows.posts([{"state": "out"} for _ in range(3)])
    paths = [f"/posts/?limit={number}" for number in range(1, 21)]  # each another, so that none is cached
    usual = max(timed_at_once(it, paths[:4]) + timed_at_once(it, paths[4:8]))
    it.web.silence("redis")
    first = [it.web.later("GET", "/posts/", within_s=60) for _ in range(8)]  # so that each process finds out
    for answer in it.web.at_once(first):
        answer.expect(200)
    most_are_fast([took for at in (8, 12, 16) for took in timed_at_once(it, paths[at : at + 4])], usual)
