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
