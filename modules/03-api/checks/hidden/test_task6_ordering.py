"""Task 6: the order of lists, and what their parameters take."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from grader.checkpoint import check, expect_that

SIZES = {"posts": "page_size", "comments": "page_size", "categories": "limit", "tags": "limit", "users": "page_size"}
NUMBERS = {
    "posts": {"page": ["0", "first"], "page_size": ["0", "101"]},
    "comments": {"page_size": ["0", "101"]},
    "categories": {"limit": ["0", "101"], "offset": ["-1"]},
    "tags": {"limit": ["0", "101"], "offset": ["-1"]},
    "users": {"page": ["0", "first"], "page_size": ["0", "101"]},
}
MOMENTS = [
    "2026-01-01",
    "2026-01-01T10:00:00",
    "2026-01-01T10:00Z",
    "2026-01-01T10:00:00+0200",
    "2026-01-01T10:00:00 02:00",
    "2026-02-30T10:00:00Z",
    "2026-13-01T10:00:00Z",
    "20260101T100000Z",
    "2026-W01-1T10:00:00Z",
    "1767225600",
    "now",
]
REFUSED = {
    "posts": {
        "status": ["lost", "Draft", "PUBLISHED", "approved", "scheduled"],
        "ordering": ["colour", "id", "-id", "body", "-colour", "--title", "Title", "username", "author"],
        "published_after": MOMENTS,
        "published_before": MOMENTS,
    },
    "comments": {"status": ["lost", "draft", "Approved"], "post": ["x", "a1"]},
    "categories": {},
    "tags": {},
    "users": {
        "role": ["superuser", "Admin", "lost"],
        "is_active": ["1", "0", "True", "False", "TRUE", "yes", "null"],
        "ordering": ["title", "email", "-id", "-published_at", "colour"],
    },
}
# What one list names and another does not.
IGNORED = {
    "posts": "colour=blue&limit=0&offset=-1&cursor=x&role=lost&is_active=1&post=x&colour=&STATUS=lost",
    "comments": "ordering=colour&page=0&limit=0&search=nowhere&category=none&tag=none&published_after=x&offset=x",
    "categories": "page=0&page_size=0&ordering=colour&search=nowhere&status=lost&cursor=x&author=nobody",
    "tags": "page=first&page_size=101&ordering=&search=nowhere&status=lost&cursor=x&name=none&slug=none",
    "users": "limit=0&offset=-1&cursor=x&status=lost&username=nobody&email=none&author=nobody&post=x",
}


@check("api.ordering", seconds=90)
def test_posts(db, rows, rng, ids_of):
    """Posts in every order that can be asked for, up and down; among equals the higher id comes first."""
    words, now = sorted({rng.word() for _ in range(3)}), datetime.now(UTC)
    moments = [now - timedelta(days=days) for days in (5, 4, 3)]
    made = []
    for number in range(12):
        title, at = words[number % 3], moments[(number // 2) % 3]
        made.append({"state": "out", "title": title, "published_at": at})
    posts = rows.posts(made)
    created = {post.id: moments[(number // 3) % 3] for number, post in enumerate(posts)}
    for key, moment in created.items():
        db.update("posts_post", {"created_at": moment}, id=key)
    values = {
        "title": {post.id: post.title for post in posts},
        "published_at": {post.id: post.published_at for post in posts},
        "created_at": created,
    }
    highest = sorted(created, reverse=True)
    for name, of in values.items():
        assert ids_of("/posts/", ordering=name) == sorted(highest, key=of.__getitem__)
        ids = ids_of("/posts/", ordering=f"-{name}")
        assert ids == [key for value in sorted(set(of.values()), reverse=True) for key in highest if of[key] == value]
    assert ids_of("/posts/") == ids_of("/posts/", ordering="-created_at")


@check("api.ordering", seconds=90)
def test_equals_over_pages(db, rows, rng, walk):
    """Where many are equal, each row is seen once over all pages, in posts the higher id first."""
    word, moment = rng.word(), datetime.now(UTC) - timedelta(days=1)
    posts = [row.id for row in rows.posts({"state": "out", "title": word, "published_at": moment} for _ in range(13))]
    users = [row.id for row in rows.users({} for _ in range(13))]
    for table, keys in (("posts_post", posts), ("accounts_user", users)):
        for key in keys:
            db.update(table, {"created_at": moment}, id=key)
    for order in ("", "ordering=title", "ordering=-title", "ordering=published_at", "ordering=created_at"):
        seen = [one["id"] for found in walk(f"/posts/?{order}&page_size=4") for one in found["results"]]
        assert seen == posts[::-1]
    for order in ("ordering=created_at", "ordering=-created_at"):
        seen = [one["id"] for found in walk(f"/users/?{order}&page_size=4") for one in found["results"]]
        expect_that(
            len(seen) == len(set(seen)) and set(users) < set(seen),
            expected=f"every account once over the pages of {order}",
            observed=f"{len(seen)} rows, {len(set(seen))} accounts",
        )


@check("api.ordering", seconds=90)
def test_users_and_labels(db, rows, rng, ids_of):
    """Users by name or by when they were made, up and down; categories and tags by name."""
    names = sorted({rng.word() for _ in range(5)})
    drawn = rng.sample(names, k=len(names))
    users = {row.username: row.id for row in rows.users({"username": name} for name in drawn)}
    by_name = [users[name] for name in names]
    by_age = rng.sample(by_name, k=len(by_name))
    for number, key in enumerate(by_age):
        db.update("accounts_user", {"created_at": datetime.now(UTC) - timedelta(days=50 - number)}, id=key)
    for order, wanted in (
        ("", by_name),
        ("username", by_name),
        ("-username", by_name[::-1]),
        ("created_at", by_age),
        ("-created_at", by_age[::-1]),
    ):
        found = ids_of("/users/", **({"ordering": order} if order else {}))
        assert [key for key in found if key in by_name] == wanted
    for kind, make in (("categories", rows.categories), ("tags", rows.tags)):
        made = {row.name: row.id for row in make({"name": name} for name in drawn)}
        assert ids_of(f"/{kind}/") == [made[name] for name in names]


@check("api.ordering", seconds=90)
def test_an_edit_moves_nothing(api, rows, rng, ids_of):
    """What is edited, or commented on, stays where it was."""
    posts = [row.id for row in rows.posts({"state": "out"} for _ in range(4))]
    api.patch(f"/posts/{posts[0]}/", as_="editor", json={"body": rng.sentence()}).expect(200)
    api.post("/comments/", as_="reader", json={"post": posts[1], "body": rng.sentence()}).expect(201)
    assert ids_of("/posts/") == posts[::-1]


@check("api.parameters", seconds=90)
def test_refused(api, rows):
    """A value that does not exist, a number out of bounds and what is no moment are 400."""
    rows.comment(status="approved", post=rows.post(state="out"))
    for name in SIZES:
        for parameter, values in (NUMBERS[name] | REFUSED[name]).items():
            for value in values:
                api.get(f"/{name}/?{parameter}={quote(value)}", as_="admin").expect(400)


@check("api.parameters", seconds=90)
def test_empty(api, rows):
    """An empty parameter is 400, but for the texts, which find everything, and a cursor: the first page, or 404."""
    rows.comment(status="approved", post=rows.post(state="out", category=rows.category(), tags=[rows.tag()]))
    texts = {"posts": ["author", "category", "tag", "search"], "comments": ["author"], "users": ["search"]}
    for name in SIZES:
        for parameter in NUMBERS[name] | REFUSED[name]:
            api.get(f"/{name}/?{parameter}=", as_="admin").expect(400)
        whole = api.get(f"/{name}/", as_="admin").expect(200).object().get("results")
        for parameter in texts.get(name, []):
            assert api.get(f"/{name}/?{parameter}=", as_="admin").expect(200).object().get("results") == whole
    empty = api.get("/comments/?cursor=", as_="admin").expect(200, 404)
    if empty.status_code == 200:
        assert empty.object().get("results") == api.get("/comments/", as_="admin").object().get("results")


@check("api.parameters", seconds=90)
def test_ignored(api, rows):
    """A parameter that the page does not name for this list is ignored, whatever its value."""
    rows.comment(status="approved", post=rows.post(state="out", category=rows.category(), tags=[rows.tag()]))
    for name in SIZES:
        whole = api.get(f"/{name}/", as_="admin").expect(200).object().get("results")
        assert whole
        for parameter in IGNORED[name].split("&"):
            found = api.get(f"/{name}/?{parameter}", as_="admin").expect(200).object().get("results")
            expect_that(found == whole, expected=f"the same rows with {parameter}", observed="others")
