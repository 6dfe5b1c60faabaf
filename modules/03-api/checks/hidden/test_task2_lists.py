"""Task 2: lists hold what a GET of each row gives to the same caller."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import check, expect

WHO = (None, "inactive", "reader", "demoted", "contributor", "contributor2", "editor", "admin")
EDITORIAL = ("editor", "admin")
STATES = ("out", "draft", "scheduled", "archived")


@check("api.lists-visible")
@pytest.mark.parametrize("who", WHO)
def test_lists_of_posts(api, rows, every, who):
    """A list of posts holds what is out, one's own in any state, and for editors and admins all."""
    authors = ("contributor", "contributor2", "editor", "demoted", "reader", "inactive")
    tags = rows.tags([{}, {}])
    kinds = [(author, state) for author in authors for state in STATES]
    posts = rows.posts({"author": author, "state": state, "tags": tags} for author, state in kinds)
    out = [post.id for post, (_, state) in zip(posts, kinds, strict=True) if state == "out"]
    rows.comments({"post": key} for key in out for _ in range(2))
    key = api.people[who].id if who and api.people[who].is_active else None
    seen = [post.id for post in posts if who in EDITORIAL or post.id in out or post.author_id == key]
    expect(sorted(one["id"] for one in every("/posts/?page_size=50", as_=who)), equal_to=sorted(seen))


@check("api.lists-visible")
@pytest.mark.parametrize("who", WHO)
def test_lists_of_comments(api, rows, every, who):
    """A list of comments holds the approved ones on posts that are out, one's own, those on one's own posts; or all."""
    # So few that they are on one page: how one goes through several is for others to judge.
    hosts, authors = ("contributor", "demoted"), ("reader", "contributor", "inactive")
    made = []
    for state in ("out", "scheduled", "archived"):
        posts = rows.posts({"author": host, "state": "out"} for host in hosts)
        more = {} if state == "out" else {"post_state": state}
        statuses = ("pending", "approved", "rejected") if state == "out" else ("approved", "rejected")
        kinds = [(post, author, status) for post in posts for author in authors for status in statuses]
        comments = rows.comments({"post": p, "author": a, "status": s, **more} for p, a, s in kinds)
        made += [(comment, post, state) for comment, (post, _, _) in zip(comments, kinds, strict=True)]
    key = api.people[who].id if who and api.people[who].is_active else None
    seen = [
        comment.id
        for comment, post, state in made
        if who in EDITORIAL
        or (state == "out" and comment.status == "approved")
        or key in (comment.author_id, post.author_id)
    ]
    expect(sorted(one["id"] for one in every("/comments/?page_size=50", as_=who)), equal_to=sorted(seen))


@check("api.lists-visible")
def test_the_other_lists(api, rows, every):
    """Lists of categories, tags and users hold all of them, closed accounts too."""
    made = {"categories": rows.categories([{}] * 3), "tags": rows.tags([{}] * 3)}
    for name, some in made.items():
        for who in (None, "reader", "admin"):
            found = [one["id"] for one in every(f"/{name}/", as_=who)]
            expect(sorted(found), equal_to=sorted(row.id for row in some))
    users = rows.users([{"is_active": False}, {"role": "reader"}, {"is_superuser": True}])
    expected = sorted([*(user.id for user in users), *(person.id for person in api.people.values())])
    expect(sorted(one["id"] for one in every("/users/", as_="admin")), equal_to=expected)


@check("api.lists-visible")
def test_lists_of_what_has_just_come_out(api, rows, every):
    """A post is in the list from its moment on, with its approved comments; one of some minutes later is not yet."""
    now = datetime.now(UTC)
    just = rows.post(state="out", published_at=now)
    soon = rows.post(state="scheduled", published_at=now + timedelta(minutes=20))
    said, _ = rows.comments({"post": post, "status": "approved", "author": "reader2"} for post in (just, soon))
    for who in (None, "reader", "contributor2"):
        expect([one["id"] for one in every("/posts/", as_=who)], equal_to=[just.id])
        expect([one["id"] for one in every("/comments/", as_=who)], equal_to=[said.id])
