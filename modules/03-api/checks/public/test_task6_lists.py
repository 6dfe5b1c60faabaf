"""Task 6: pages, filters, orders and parameters, the plain cases."""

from datetime import UTC, datetime, timedelta

from grader.checkpoint import check

SIZES = {"posts": "page_size", "comments": "page_size", "categories": "limit", "tags": "limit", "users": "page_size"}


@check("api.pages", seconds=60)
def test_pages_of_two(rows, walk):
    """Every list comes in pages, of the size that is asked for, and `next` leads to the next one."""
    post = rows.post(state="out")
    rows.posts({"state": "out"} for _ in range(2))
    rows.comments({"post": post, "status": "approved"} for _ in range(3))
    rows.categories({} for _ in range(3))
    rows.tags({} for _ in range(3))
    for name, size in SIZES.items():
        pages = walk(f"/{name}/?{size}=2")
        seen = [one["id"] for found in pages for one in found["results"]]
        assert len(pages[0]["results"]) == 2
        assert len(seen) == len(set(seen))
        if name == "comments":
            assert "count" not in pages[0]
        else:
            assert pages[0].get("count") == len(seen)
        assert name == "users" or len(seen) == 3


@check("api.cursor", seconds=60)
def test_a_comment_arrives(api, rows, rng, page, leads_to, walk):
    """A comment that arrives while somebody reads puts none of the others out of its place."""
    post = rows.post(state="out")
    made = [row.id for row in rows.comments({"post": post} for _ in range(25))]
    first = page("/comments/")
    api.post("/comments/", as_="editor", json={"post": post.id, "body": rng.sentence()}).expect(201)
    pages = [first, *walk(leads_to(first["next"]))]
    assert [one["id"] for found in pages for one in found["results"]] == made[::-1]


@check("api.filters", seconds=60)
def test_filters(rows, ids_of):
    """Each filter finds what it names."""
    author, category, tag = rows.user(role="contributor"), rows.category(), rows.tag()
    old = datetime.now(UTC) - timedelta(days=9)
    by_author, in_category, with_tag, long_ago, draft = rows.posts(
        [
            {"state": "out", "author": author},
            {"state": "out", "category": category},
            {"state": "out", "tags": [tag]},
            {"state": "out", "published_at": old},
            {"state": "draft"},
        ]
    )
    comment, other = rows.comments([{"post": by_author, "status": "approved"}, {"post": with_tag, "author": author}])
    assert ids_of("/posts/", author=author.username) == [by_author.id]
    assert ids_of("/posts/", category=category.slug) == [in_category.id]
    assert ids_of("/posts/", tag=tag.slug) == [with_tag.id]
    assert ids_of("/posts/", status="draft") == [draft.id]
    assert ids_of("/posts/", search=long_ago.title[2:].upper()) == [long_ago.id]
    day = (old + timedelta(days=1)).isoformat()
    assert ids_of("/posts/", published_before=day) == [long_ago.id]
    assert sorted(ids_of("/posts/", published_after=day)) == [by_author.id, in_category.id, with_tag.id]
    assert ids_of("/comments/", post=by_author.id) == ids_of("/comments/", status="approved") == [comment.id]
    assert ids_of("/comments/", author=author.username) == [other.id]
    assert ids_of("/users/", search=author.email.upper()) == [author.id]
    assert author.id in ids_of("/users/", role="contributor", is_active="true")
    assert author.id not in ids_of("/users/", is_active="false")


@check("api.ordering", seconds=60)
def test_orders(rows, ids_of):
    """Lists have their own order, and posts and users that of `ordering`."""
    names = ["cedar", "amber", "basil"]
    posts = [row.id for row in rows.posts({"state": "out", "title": name} for name in names)]
    by_name = [posts[1], posts[2], posts[0]]
    assert ids_of("/posts/") == ids_of("/posts/", ordering="-created_at") == posts[::-1]
    assert ids_of("/posts/", ordering="title") == by_name
    assert ids_of("/posts/", ordering="-title") == by_name[::-1]
    for kind, make in (("categories", rows.categories), ("tags", rows.tags)):
        made = [row.id for row in make({"name": name} for name in names)]
        assert ids_of(f"/{kind}/") == [made[1], made[2], made[0]]
    users = [row.id for row in rows.users({"username": name, "role": "editor"} for name in names)]
    alphabetical = [users[1], users[2], users[0]]
    assert [one for one in ids_of("/users/") if one in users] == alphabetical
    assert [one for one in ids_of("/users/", ordering="-username") if one in users] == alphabetical[::-1]


@check("api.parameters", seconds=60)
def test_refused_and_ignored(api):
    """Values that make no sense are 400, parameters that the page does not name are ignored."""
    for query in (
        "/posts/?page=0",
        "/posts/?page=first",
        "/posts/?page_size=101",
        "/posts/?status=lost",
        "/posts/?ordering=colour",
        "/posts/?published_after=2026-01-01",
        "/comments/?post=x",
        "/tags/?limit=0",
        "/categories/?offset=-1",
        "/users/?is_active=1",
        "/users/?role=",
    ):
        api.get(query, as_="admin").expect(400)
    for name in SIZES:
        api.get(f"/{name}/?colour=blue", as_="admin").expect(200)
