"""Task 1: the collections, the plain case of each criterion."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import check, expect, expect_that

NAMED = {"posts": "title", "comments": "body", "categories": "name", "tags": "name", "users": "username"}
TABLES = {
    "posts": "posts_post",
    "comments": "comments_comment",
    "categories": "posts_category",
    "tags": "posts_tag",
    "users": "accounts_user",
}


@check("api.collections")
@pytest.mark.parametrize("name", list(TABLES))
def test_life_of_an_object(api, db, rng, body, located, name):
    """An object is made (201), found at its `Location`, changed (200), and deleted (204)."""
    field, as_ = NAMED[name], "admin"
    sent = body(name)
    made = api.post(f"/{name}/", as_=as_, json=sent).expect(201)
    key = made.object().get("id")
    assert type(key) is int
    assert located(made) == f"/api/v1/{name}/{key}/"
    expect(db.one(TABLES[name], field, id=key)[field], equal_to=sent[field])
    assert api.get(f"/{name}/{key}/", as_=as_).expect(200).object().get(field) == sent[field]
    for method in ("PUT", "PATCH"):
        text = rng.word()
        whole = {"body": rng.sentence()} if name == "posts" and method == "PUT" else {}
        changed = api.request(method, f"/{name}/{key}/", as_=as_, json={**whole, field: text}).expect(200)
        assert changed.object().get(field) == text
        expect(db.one(TABLES[name], field, id=key)[field], equal_to=text)
    gone = api.delete(f"/{name}/{key}/", as_=as_).expect(204)
    expect_that(gone.body == b"", expected="204 without a body", observed=f"{len(gone.body)} bytes")
    assert db.count(TABLES[name], id=key) == 0
    api.get(f"/{name}/{key}/", as_=as_).expect(404)


FIELDS = {
    "posts": "id title slug body status published_at author category tags created_at updated_at",
    "comments": "id post author body status created_at updated_at",
    "categories": "id name slug description created_at updated_at",
    "tags": "id name slug created_at updated_at",
    "users": "id username email first_name last_name role is_active created_at updated_at",
}
COUNTS = {"posts": "comment_count", "categories": "post_count"}


@check("api.fields")
@pytest.mark.parametrize("name", list(FIELDS))
def test_names_of_fields(api, some, every, name):
    """Single objects and those in lists have the fields of the table."""
    row = some(name, **({"state": "out"} if name == "posts" else {"status": "approved"} if name == "comments" else {}))
    wanted = FIELDS[name].split()
    single = api.get(f"/{name}/{row.id}/", as_="admin").expect(200).object()
    assert [field for field in wanted if field not in single] == []
    listed = next((one for one in every(f"/{name}/", as_="admin") if one.get("id") == row.id), {})
    in_list = [field for field in wanted if (name, field) != ("posts", "body")]
    in_list += [COUNTS[name]] if name in COUNTS else []
    assert [field for field in in_list if field not in listed] == []


@check("api.read-only")
def test_author_and_status_are_not_sent(api, db, rng):
    """The author of a post is whoever sends it, and a new one is a draft, whatever the body says."""
    sent = {"title": rng.title(), "body": "x", "author": api.people["editor"].username, "status": "published"}
    key = api.post("/posts/", as_="contributor", json=sent).expect(201).object()["id"]
    row = db.one("posts_post", "author_id", "status", "published_at", id=key)
    expect(row, equal_to={"author_id": api.people["contributor"].id, "status": "draft", "published_at": None})


@check("api.actions")
def test_publish_and_unpublish(api, rows, db, moment):
    """Publishing puts a draft out now, unpublishing archives it; both answer with the post."""
    post = rows.post(author="contributor")
    said = api.post(f"/posts/{post.id}/publish/", as_="contributor").expect(200).object()
    assert said.get("status") == "published"
    age = datetime.now(UTC) - moment(said.get("published_at"))
    expect_that(abs(age) < timedelta(minutes=1), expected="`published_at` is now", observed=said.get("published_at"))
    assert db.one("posts_post", "status", id=post.id)["status"] == "published"
    assert api.post(f"/posts/{post.id}/unpublish/", as_="contributor").expect(200).object().get("status") == "archived"
    assert db.one("posts_post", "status", id=post.id)["status"] == "archived"


@check("api.actions")
@pytest.mark.parametrize(("verb", "status"), [("approve", "approved"), ("reject", "rejected")])
def test_approve_and_reject(api, rows, db, verb, status):
    """Approving and rejecting give a comment that status, and answer with the comment."""
    comment = rows.comment()
    assert api.post(f"/comments/{comment.id}/{verb}/", as_="editor").expect(200).object().get("status") == status
    assert db.one("comments_comment", "status", id=comment.id)["status"] == status


@check("api.comment-edits")
def test_an_edit_is_pending_again(api, rows, db, rng):
    """A comment that its author edits is pending again; what an editor edits keeps its status."""
    comment = rows.comment(author="reader", status="approved")
    api.patch(f"/comments/{comment.id}/", as_="editor", json={"body": rng.sentence()}).expect(200)
    assert db.one("comments_comment", "status", id=comment.id)["status"] == "approved"
    said = api.patch(f"/comments/{comment.id}/", as_="reader", json={"body": rng.sentence()}).expect(200).object()
    assert said.get("status") == "pending"
    assert db.one("comments_comment", "status", id=comment.id)["status"] == "pending"


@check("api.domain-rules")
def test_rules_of_the_domain(api, rows, rng, refused):
    """A blank title, a name that is taken in other capitals, a comment on a draft: 400 on that field."""
    api.post("/posts/", as_="contributor", json={"title": rng.title()}).expect(201)
    refused(api.post("/posts/", as_="contributor", json={"title": "  "}), "title")
    tag = rows.tag()
    refused(api.post("/tags/", as_="editor", json={"name": tag.name.upper()}), "name")
    draft, out = rows.posts([{"state": "draft"}, {"state": "out"}])
    api.post("/comments/", as_="reader", json={"post": out.id, "body": "x"}).expect(201)
    refused(api.post("/comments/", as_="reader", json={"post": draft.id, "body": "x"}), "post")


@check("api.types")
def test_a_number_is_no_text(api, rng, refused):
    """A number is no text, and a category that does not exist is refused."""
    title = rng.title()
    api.post("/posts/", as_="contributor", json={"title": title}).expect(201)
    refused(api.post("/posts/", as_="contributor", json={"title": 5}), "title")
    refused(api.post("/posts/", as_="contributor", json={"title": title, "category": rng.slug()}), "category")


@check("api.accounts")
def test_a_name_is_normalised(api, db, rng):
    """A username is stored in the form NFKC, and the account has no usable password."""
    word = rng.word()
    key = api.post("/users/", as_="admin", json={"username": f"\ufb01{word}"}).expect(201).object()["id"]
    row = db.one("accounts_user", "username", "password", id=key)
    assert row["username"] == f"fi{word}"
    expect_that(row["password"].startswith("!"), expected="an unusable password", observed="a password")
