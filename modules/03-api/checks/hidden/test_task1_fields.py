"""Task 1: what objects show, single and in lists."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import check, expect, expect_that

TABLES = {
    "comments": "comments_comment",
    "categories": "posts_category",
    "tags": "posts_tag",
    "users": "accounts_user",
}


@check("api.fields")
def test_values_of_a_post(api, rows, db, every, moment):
    """Author, category and tags are names and slugs, times have an offset; only approved comments are counted, once."""
    category, tags = rows.category(), rows.tags([{}, {}])
    post, draft = rows.posts([{"state": "out", "category": category, "tags": tags}, {"author": "editor"}])
    rows.comments({"post": post, "status": s} for s in ("approved", "approved", "pending", "rejected", "approved"))
    said = api.get(f"/posts/{post.id}/").expect(200).object()
    listed = {one.get("id"): one for one in every("/posts/", as_="editor")}
    wanted = {
        "id": post.id,
        "title": post.title,
        "slug": post.slug,
        "status": "published",
        "author": api.people["contributor"].username,
        "category": category.slug,
    }
    for shown in (said, listed[post.id]):
        expect({name: shown.get(name) for name in wanted}, equal_to=wanted)
        assert sorted(shown["tags"]) == sorted(tag.slug for tag in tags)
        row = db.one("posts_post", "published_at", "created_at", "updated_at", id=post.id)
        for name, stored in row.items():
            away = abs(moment(shown.get(name)) - stored)
            expect_that(away < timedelta(seconds=1), expected=f"`{name}` as it is stored", observed=shown.get(name))
    assert said.get("body") == post.body
    assert "body" not in listed[post.id]
    assert (listed[post.id].get("comment_count"), listed[draft.id].get("comment_count")) == (3, 0)
    shown = listed[draft.id]
    assert (shown["status"], shown["published_at"], shown["category"], shown["tags"]) == ("draft", None, None, [])


@check("api.fields")
def test_counts_whoever_asks(api, rows):
    """Counts are the same for everybody and under every filter: approved comments, and posts that are out."""
    category, tags = rows.category(), rows.tags([{}, {}])
    states = ("out", "draft", "scheduled", "archived")
    post, *_ = rows.posts({"state": state, "category": category, "tags": tags} for state in states)
    just = rows.post(state="out", category=category, published_at=datetime.now(UTC))
    rows.post(state="scheduled", category=category, published_at=datetime.now(UTC) + timedelta(minutes=20))
    statuses = ("approved", "pending", "rejected", "approved", "pending")
    rows.comments({"post": post, "author": "contributor2", "status": status} for status in statuses)
    for who in (None, "reader", "contributor", "contributor2", "editor"):
        for query in ("", f"?tag={tags[0].slug}", f"?author={api.people['contributor'].username}", "?ordering=title"):
            listed = {one.get("id"): one for one in every_of(api.get(f"/posts/{query}", as_=who))}
            if post.id in listed:  # that a filter finds it is for others to judge
                expect(listed[post.id].get("comment_count"), equal_to=2, because=f"approved ones, at /posts/{query}")
        shown = {one.get("id"): one for one in every_of(api.get("/categories/", as_=who))}
        expect(shown[category.id].get("post_count"), equal_to=2, because=f"{post.id} and {just.id} are out, for {who}")


def every_of(answer):
    """The objects of a page."""
    results = answer.expect(200).object().get("results")
    expect_that(isinstance(results, list), expected=f"`results`, a list, for {answer.asked}", observed=results)
    return [one for one in results if isinstance(one, dict)]


@check("api.fields")
def test_values_of_the_others(api, rows, every):
    """A comment names its post and author; a category counts its posts that are out; a user shows role and activity."""
    category, empty = rows.categories([{}, {}])
    states = ("out", "out", "draft", "scheduled", "archived")
    posts = rows.posts({"state": state, "category": category} for state in states)
    rows.comments({"post": posts[0]} for _ in range(3))
    counts = {one["id"]: one.get("post_count") for one in every("/categories/")}
    assert (counts[category.id], counts[empty.id]) == (2, 0)
    comment = rows.comment(post=posts[1], author="reader", status="approved")
    wanted = {
        "id": comment.id,
        "post": posts[1].id,
        "author": api.people["reader"].username,
        "body": comment.body,
        "status": "approved",
    }
    in_list = {one["id"]: one for one in every("/comments/", as_="editor")}
    for shown in (api.get(f"/comments/{comment.id}/").expect(200).object(), in_list[comment.id]):
        expect({name: shown.get(name) for name in wanted}, equal_to=wanted)
    user = rows.user(first_name="Ann", is_active=False, role="editor")
    wanted = {name: user.values[name] for name in ("username", "email", "first_name", "role", "is_active")}
    listed = {one["id"]: one for one in every("/users/", as_="admin")}
    for shown in (api.get(f"/users/{user.id}/", as_="admin").expect(200).object(), listed[user.id]):
        expect({name: shown.get(name) for name in wanted}, equal_to=wanted)


# What else an object of the other collections shows as it is stored.
STORED = {
    "comments": ("body", "status"),
    "categories": ("name", "slug", "description"),
    "tags": ("name", "slug"),
    "users": ("username", "email", "first_name", "last_name", "role", "is_active"),
}


@check("api.fields")
@pytest.mark.parametrize("name", list(STORED))
def test_values_as_they_are_stored(some, api, db, every, moment, rng, name):
    """Single objects and those in lists show texts and times as they are stored, times with an offset."""
    more = {"comments": {"status": "rejected"}, "categories": {"description": rng.sentence()}}
    more["users"] = {"first_name": rng.word(), "last_name": rng.word(), "role": "editor"}
    row = some(name, **more.get(name, {}))
    for number, column in enumerate(("created_at", "updated_at")):
        db.update(TABLES[name], {column: datetime.now(UTC) - timedelta(days=400 - number, minutes=7)}, id=row.id)
    stored = db.one(TABLES[name], *STORED[name], "created_at", "updated_at", id=row.id)
    listed = next(one for one in every(f"/{name}/", as_="admin") if one.get("id") == row.id)
    for shown in (api.get(f"/{name}/{row.id}/", as_="admin").expect(200).object(), listed):
        expect({field: shown.get(field) for field in STORED[name]}, equal_to={f: stored[f] for f in STORED[name]})
        for field in ("created_at", "updated_at"):
            away = abs(moment(shown.get(field)) - stored[field])
            expect_that(away < timedelta(seconds=1), expected=f"`{field}` as it is stored", observed=shown.get(field))


@check("api.fields")
@pytest.mark.parametrize("who", ["reader", "contributor2", "editor", "admin", "demoted"])
def test_ones_own_account(api, db, moment, rng, who):
    """`/users/me/` is the account of whoever asks, with all the fields of a user."""
    person = api.people[who]
    db.update("accounts_user", {"first_name": rng.word(), "last_name": rng.word()}, id=person.id)
    said = api.get("/users/me/", as_=who).expect(200).object()
    stored = db.one("accounts_user", "email", "first_name", "last_name", id=person.id)
    expect({name: said.get(name) for name in stored}, equal_to=stored)
    wanted = {"id": person.id, "username": person.username, "role": person.role, "is_active": True}
    expect({name: said.get(name) for name in wanted}, equal_to=wanted)
    assert [name for name in ("email", "first_name", "last_name") if not isinstance(said.get(name), str)] == []
    moment(said.get("created_at")), moment(said.get("updated_at"))


@check("api.fields")
def test_no_password_is_shown(api, rows, rng):
    """No object shows a password, or the hash of one."""
    secret = rng.word()
    user = rows.user(password=f"!{secret}")
    for path in (f"/users/{user.id}/", "/users/"):
        shown = api.get(path, as_="admin").expect(200)
        expect_that(user.username in shown.text, expected=f"the user at {path}", observed="nobody of that name")
        expect_that(secret not in shown.text, expected=f"{path} without a password", observed="a password")
