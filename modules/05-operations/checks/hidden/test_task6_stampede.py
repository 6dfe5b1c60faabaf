"""Many equal requests at the same moment for what the cache does not hold."""

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.checkpoint import check, expect, expect_that

MANY = 20
MOST = 3
HELD_S = 2.0
SOON_S = 5.0
POSTS = re.compile(r"\bposts_post\b")
VALUES = re.compile(r"'(?:[^']|'')*'|\b\d+\b")


def ask_together(it, path):
    """Twenty answers to a path, asked while the table of posts is held back; and how long the last one then took."""
    with it.web.db.reads_held("posts_post") as held, ThreadPoolExecutor(MANY) as pool:
        coming = [pool.submit(it.web.get, path, within_s=60) for _ in range(MANY)]
        it.until(held.waiting, expected="a request that reads the posts", observed=lambda: "none waits", within_s=30)
        time.sleep(HELD_S)
        began = time.monotonic()
        held.release()
        return [one.result() for one in coming], time.monotonic() - began


@check("caching.stampede", seconds=180)
@pytest.mark.parametrize("what", ["list", "detail"])
def test_few_read_for_all(platform, what):
    """Of 20 equal requests at once at most three read the posts, also if that takes two seconds; each gets its 200."""
    it = platform(as_configured=True)
    post = it.web.rows.post(state="out")
    it.web.get("/tags/").expect(200)
    with it.queries() as asked:
        answers, _ = ask_together(it, "/posts/" if what == "list" else f"/posts/{post.id}/")
    expect(Counter(answer.status_code for answer in answers), equal_to=Counter({200: MANY}))
    # Who reads the posts may ask several things of the table; the same thing again is asked by somebody else.
    read = Counter(VALUES.sub("?", one) for one in asked.statements if POSTS.search(one))
    most = max(read.values(), default=0)
    expect_that(
        1 <= most <= MOST,
        expected=f"one to {MOST} of {MANY} equal requests that read the posts",
        observed=f"{most} did: {read.most_common(1)[0][0][:200] if read else 'nobody'}",
    )


@check("caching.stampede", seconds=180)
def test_nobody_waits_for_what_will_not_be_cached(platform, rng):
    """Twenty requests at once for a post that does not exist get their 404 soon after the table can be read again."""
    it = platform(as_configured=True)
    missing = it.web.rows.post(state="out").id + rng.randrange(1000, 9999)
    it.web.get("/tags/").expect(200)
    answers, took = ask_together(it, f"/posts/{missing}/")
    expect(Counter(answer.status_code for answer in answers), equal_to=Counter({404: MANY}))
    expect_that(took < SOON_S, expected=f"each 404 within {SOON_S:g} s", observed=f"the last one took {took:.1f} s")
