"""The cache answers the public, and a change shows at once."""

from grader.checkpoint import check, expect


@check("caching.hits", seconds=60)
def test_the_second_one_is_from_the_cache(platform, from_cache):
    """Of two equal anonymous requests for the posts the second is answered from the cache."""
    it = platform()
    it.web.rows.post(state="out")
    it.web.get("/posts/").expect(200)
    from_cache(it, "/posts/")


@check("caching.invalidation", seconds=60)
def test_an_edit_shows_at_once(platform, rng):
    """What an editor changes of a post is in the next answer to the public."""
    it = platform()
    post = it.web.rows.post(state="out")
    path, title = f"/posts/{post.id}/", rng.title()
    for _ in range(2):
        expect(it.web.get(path).expect(200).object().get("title"), equal_to=post.title)
    it.web.patch(path, as_="editor", json={"title": title}).expect(200)
    expect(it.web.get(path).expect(200).object().get("title"), equal_to=title)


@check("caching.outage", seconds=60)
def test_the_public_is_answered_without_redis(platform):
    """With Redis stopped the public is still answered, from the database."""
    it = platform()
    post = it.web.rows.post(state="out")
    it.web.cut("redis")
    for path in ("/posts/", f"/posts/{post.id}/"):
        it.web.get(path).expect(200)


@check("caching.stale", seconds=90)
def test_a_change_without_redis(platform, rng, stays_shown):
    """What is changed while Redis is away from the server shows at once, and also once Redis is back."""
    it = platform()
    post, title = it.web.rows.post(state="out"), rng.title()
    for path in ("/posts/", f"/posts/{post.id}/"):
        for _ in range(2):
            it.web.get(path).expect(200)
    it.web.cut("redis")
    it.web.patch(f"/posts/{post.id}/", as_="admin", json={"title": title}).expect(200)
    expect(it.web.get(f"/posts/{post.id}/").expect(200).object().get("title"), equal_to=title)
    it.web.restore("redis")
    stays_shown(it, post, title)


@check("caching.stampede", seconds=120)
def test_one_reads_for_others(platform, ask_together):
    """Of eight equal requests at once for what the cache does not hold at most three read the posts."""
    it = platform(as_configured=True)
    it.web.get("/tags/").expect(200)
    answers, _, read = ask_together(it, "/posts/", 8)
    expect([answer.status_code for answer in answers], equal_to=[200] * 8)
    expect(read <= 3, equal_to=True, because=f"{read} of them read the posts")
