"""Task 1: fields that nobody sends."""

import pytest

from grader.checkpoint import check, expect

PAST = "2001-02-03T04:05:06Z"
ODD = ["x", 5, None, True, [], {"a": [1]}, ""]
# By collection: what names it, its table, its columns that no body may change, and the fields that would change them.
READ = {
    "posts": (
        "title",
        "posts_post",
        ("slug", "status", "published_at", "author_id", "created_at"),
        ("id", "slug", "status", "published_at", "author", "author_id", "created_at", "updated_at", "comment_count"),
    ),
    "comments": (
        "body",
        "comments_comment",
        ("post_id", "status", "author_id", "created_at"),
        ("id", "author", "author_id", "status", "created_at", "updated_at"),
    ),
    "categories": (
        "name",
        "posts_category",
        ("slug", "created_at"),
        ("id", "slug", "created_at", "updated_at", "post_count", "posts"),
    ),
    "tags": ("name", "posts_tag", ("slug", "created_at"), ("id", "slug", "created_at", "updated_at", "posts")),
    "users": (
        "username",
        "accounts_user",
        ("password", "is_superuser", "is_staff", "last_login", "date_joined", "created_at"),
        (
            *("id", "password", "is_superuser", "is_staff", "last_login", "date_joined", "created_at", "updated_at"),
            *("groups", "user_permissions"),
        ),
    ),
}
TEMPTING = {
    "id": 424242,
    "slug": "mine",
    "status": "published",
    "published_at": PAST,
    "created_at": PAST,
    "updated_at": PAST,
    "password": "a-password-of-mine",
    "is_superuser": True,
    "is_staff": True,
    "last_login": PAST,
    "date_joined": PAST,
    "groups": [1],
    "user_permissions": [1],
    "comment_count": 7,
    "post_count": 7,
    "posts": [1],
}


@pytest.fixture
def tempting(api):
    """``tempting("comments")`` has each field that nobody sends, with a value that would do something."""

    def values(name):
        more = {"author": api.people["editor2"].username, "author_id": api.people["editor2"].id}
        every = TEMPTING | more | ({"status": "approved"} if name == "comments" else {})
        return {field: every[field] for field in READ[name][3]}

    return values


@check("api.read-only")
@pytest.mark.parametrize("name", list(READ))
def test_read_fields_of_a_new_one(api, db, body, tempting, name):
    """Fields that are read, and others that the page does not name, do nothing in what is new."""
    _, table, _, _ = READ[name]
    made = api.post(f"/{name}/", as_="admin", json=tempting(name) | body(name)).expect(201).object()
    assert made["id"] != TEMPTING["id"]
    row = db.one(table, id=made["id"])
    author, past = api.people["admin"].id, PAST[:4]
    assert str(row["created_at"].year) != past
    assert str(row["updated_at"].year) != past
    expected = {
        "posts": {"author_id": author, "status": "draft", "published_at": None},
        "comments": {"author_id": author, "status": "pending"},
        "users": {"is_superuser": False, "is_staff": False, "last_login": None},
    }.get(name, {})
    expect({column: row[column] for column in expected}, equal_to=expected)
    assert row.get("slug") != "mine"


@check("api.read-only")
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("name", list(READ))
def test_read_fields_of_one_that_is_there(api, db, some, tempting, rng, name, method):
    """They do nothing in a change either, while what may be sent is changed."""
    named, table, columns, _ = READ[name]
    row = some(name)
    before, value = db.one(table, *columns, id=row.id), rng.word()
    api.request(method, f"/{name}/{row.id}/", as_="admin", json=tempting(name) | {named: value}).expect(200)
    after = db.one(table, named, *columns, id=row.id)
    expect(after, equal_to={named: value, **before})


@check("api.read-only")
@pytest.mark.parametrize("name", list(READ))
def test_whatever_their_value(api, db, some, rng, name):
    """They are ignored whatever their value is, also one that could be none of theirs; unknown fields likewise."""
    named, table, columns, fields = READ[name]
    row = some(name)
    before = db.one(table, *columns, id=row.id)
    for value in ODD:
        sent = dict.fromkeys((*fields, rng.word(), f"{rng.word()} ?"), value) | {named: rng.word()}
        api.patch(f"/{name}/{row.id}/", as_="admin", json=sent).expect(200)
    expect(db.one(table, *columns, id=row.id), equal_to=before)


@check("api.read-only")
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_comment_stays_on_its_post(api, db, rows, rng, method):
    """A comment does not move: `post` in a change is ignored, also one that does not exist or is not out."""
    comment = rows.comment()
    other, draft = rows.posts([{"state": "out"}, {"state": "draft"}])
    for value in (other.id, draft.id, 99_999_999, None, "x"):
        sent = {"body": rng.sentence(), "post": value}
        said = api.request(method, f"/comments/{comment.id}/", as_="reader", json=sent).expect(200).object()
        assert said.get("post") == comment.post_id
    assert db.one("comments_comment", "post_id", id=comment.id)["post_id"] == comment.post_id


@check("api.read-only")
@pytest.mark.parametrize("who", ["reader", "contributor", "admin"])
def test_ones_own_account(api, db, rng, who):
    """At `/users/me/` first and last name change, and nothing else."""
    columns = ("username", "email", "role", "is_active", "is_superuser", "is_staff", "password", "created_at")
    key = api.people[who].id
    before = db.one("accounts_user", *columns, id=key)
    names = {"first_name": rng.word(), "last_name": rng.word()}
    sent = {
        "username": rng.word(),
        "email": f"{rng.word()}@example.org",
        "role": "editor",
        "is_active": False,
        **{name: TEMPTING[name] for name in ("id", "is_superuser", "is_staff", "password", "created_at", "groups")},
    }
    said = api.patch("/users/me/", as_=who, json=sent | names).expect(200).object()
    expect({name: said.get(name) for name in names}, equal_to=names)
    expect(db.one("accounts_user", *names, *columns, id=key), equal_to=names | before)
    for value in ODD:
        api.patch("/users/me/", as_=who, json=dict.fromkeys(sent, value)).expect(200)
    expect(db.one("accounts_user", *names, *columns, id=key), equal_to=names | before)


@check("api.read-only")
def test_nested_values_of_ignored_fields(api, rng):
    """A field that is ignored may hold lists and objects, ten levels deep."""
    deep = "x"
    for _ in range(4):
        deep = {"a": [deep]}
    api.post("/posts/", as_="contributor", json={"title": rng.title(), "status": deep, "extra": deep}).expect(201)
