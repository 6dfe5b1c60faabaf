"""Many equal requests at the same moment for what the cache does not hold."""

from collections import Counter

import pytest

from grader.checkpoint import check, expect, expect_that

MANY = 20
MOST = 3
SOON_S = 5.0


@check("caching.stampede", seconds=180)
@pytest.mark.parametrize("what", ["list", "detail"])
def test_few_read_for_all(platform, ask_together, what):
    """Of 20 equal requests at once at most three read the posts, also if that takes two seconds; each gets its 200."""
    it = platform(as_configured=True)
    post = it.web.rows.post(state="out")
    it.web.get("/tags/").expect(200)
    answers, _, read = ask_together(it, "/posts/" if what == "list" else f"/posts/{post.id}/", MANY)
    expect(Counter(answer.status_code for answer in answers), equal_to=Counter({200: MANY}))
    expect_that(read <= MOST, expected=f"at most {MOST} of {MANY} equal requests that read the posts", observed=read)


@check("caching.stampede", seconds=180)
def test_nobody_waits_for_what_will_not_be_cached(platform, ask_together, rng):
    """Twenty requests at once for a post that does not exist get their 404 soon after the table can be read again."""
    it = platform(as_configured=True)
    missing = it.web.rows.post(state="out").id + rng.randrange(1000, 9999)
    it.web.get("/tags/").expect(200)
    answers, took, _ = ask_together(it, f"/posts/{missing}/", MANY)
    expect(Counter(answer.status_code for answer in answers), equal_to=Counter({404: MANY}))
    expect_that(took < SOON_S, expected=f"each 404 within {SOON_S:g} s", observed=f"the last one took {took:.1f} s")
