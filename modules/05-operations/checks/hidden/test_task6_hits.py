"""What is answered from the cache, and what does not take it away."""

import re

from grader.checkpoint import check, expect, expect_that

POSTS = re.compile(r"\bposts_post\b")


@check("caching.hits", seconds=120)
def test_lists_and_posts(platform, from_cache, rng):
    """A list, a list by its query string and a post are cached, each apart; the answers are equal."""
    it = platform()
    wanted, others = (
        it.web.rows.post(state="out", title=f"{rng.word()} {rng.title()}"),
        it.web.rows.posts([{"state": "out"} for _ in range(3)]),
    )
    paths = ["/posts/", "/posts/?limit=2", f"/posts/?search={wanted.title.split()[0]}"]
    paths += [f"/posts/{post.id}/" for post in (wanted, others[0])]
    first = {path: it.web.get(path).expect(200).object() for path in paths}
    for path in paths:
        answer = from_cache(it, path)
        expect(answer.object(), equal_to=first[path], because=f"nothing has changed since the first GET {path}")
    expect(first[paths[0]] == first[paths[2]], equal_to=False, because="another query string has another answer")


@check("caching.hits", seconds=120)
def test_members_read_from_the_database(platform, from_cache):
    """Who is authenticated is answered from the database, although the public is answered from the cache."""
    it = platform()
    post = it.web.rows.post(state="out")
    for path in ("/posts/", f"/posts/{post.id}/"):
        for _ in range(2):
            it.web.get(path).expect(200)
        from_cache(it, path)
        with it.queries() as asked:
            it.web.get(path, as_="reader").expect(200)
        read = any(POSTS.search(statement) for statement in asked.statements)
        expect_that(read, expected=f"posts read from the database for GET {path} as a reader", observed="no such query")


@check("caching.hits", seconds=120)
def test_what_nobody_sees_leaves_the_cache_alone(platform, from_cache, comment, rng):
    """A log-in, a new account, a comment that waits and a draft do not empty the cache."""
    it = platform()
    post, reader = it.web.rows.post(state="out"), it.web.people["reader"]
    paths = ("/posts/", f"/posts/{post.id}/")
    account = {"username": rng.word(), "email": f"{rng.word()}@example.com", "role": "reader"}
    sent = {"username": reader.username, "password": reader.password}
    unseen = {
        "a log-in": lambda: it.web.post("/auth/login/", json=sent, within_s=60).expect(200),
        "a new account": lambda: it.web.post("/users/", as_="admin", json=account).expect(201),
        "a comment that waits": lambda: comment(it, post),
        "a draft": lambda: it.web.post("/posts/", as_="contributor", json={"title": rng.title()}).expect(201),
    }
    for what, happen in unseen.items():
        for path in paths:
            it.web.get(path).expect(200)
        happen()
        for path in paths:
            from_cache(it, path, because=f"{what} is nothing that the public sees")
