"""The public is answered with Redis stopped and frozen, and `/ready` tells."""

import time

import pytest

from grader.checkpoint import check, expect, expect_that

STOPPED_S, FIRST_S, FAST_S, BACK_S = 1.0, 4.0, 0.5, 10.0


@pytest.fixture
def timed():
    """``timed(it, path)`` is how long an anonymous request takes that has to be answered with 200."""

    def ask(it, path):
        began = time.monotonic()
        it.web.get(path).expect(200)
        return time.monotonic() - began

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
    it.web.get("/posts/").expect(200)
    it.web.cut("redis")
    for path in ("/posts/", *(f"/posts/{post.id}/" for post in posts), "/posts/?limit=1", "/posts/"):
        took = timed(it, path)
        expect_that(took < STOPPED_S, expected=f"GET {path} within {STOPPED_S:g} s", observed=f"{took:.2f} s")
    it.web.get("/live", version=None).expect(200)
    it.web.get("/healthz", version=None).expect(200, because="the database is there")
    recovers(it)


@check("caching.outage", seconds=120)
def test_redis_is_frozen(platform, timed, recovers):
    """With Redis frozen the first answer comes within 4 seconds, and most of the next within half a second."""
    it = platform()
    post = it.web.rows.post(state="out")
    paths = ("/posts/", f"/posts/{post.id}/")
    for path in paths:
        it.web.get(path).expect(200)
    it.web.silence("redis")
    first = timed(it, paths[0])
    expect_that(first < FIRST_S, expected=f"the first answer within {FIRST_S:g} s", observed=f"{first:.2f} s")
    took = []
    for _ in range(3):
        times = []

        def ask(path, times=times):
            times.append(timed(it, path))

        it.web.at_once([lambda path=path: ask(path) for path in paths * 2])
        took += times
    fast = sum(one < FAST_S for one in took)
    shown = ", ".join(f"{one:.2f}" for one in sorted(took))
    expect_that(fast >= 9, expected=f"at least 9 of 12 answers within {FAST_S:g} s", observed=f"{shown} s")
    recovers(it)
