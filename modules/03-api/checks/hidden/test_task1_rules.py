"""Task 1: the rules of the domain hold over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import FieldRefusals, check, expect

BLANK = ["", " ", "\t\n", "\u00a0", "\u3000 ", "\u2003\u2028"]


@pytest.fixture
def refused(api):
    """``refused(answer, "title")``: it is a 400 on that field, in whatever form; ``None`` stands for any."""
    return FieldRefusals(api)


@check("api.domain-rules")
def test_titles(api, rng, refused, unchanged):
    """A title is not blank, and has at most 200 characters, in what is new and in a change."""
    title = rng.title().ljust(200, "x")
    key = api.post("/posts/", as_="contributor", json={"title": title}).expect(201).object()["id"]
    same = unchanged()
    for wrong in (*BLANK, title + "x"):
        for method, path in (("POST", "/posts/"), ("PUT", f"/posts/{key}/"), ("PATCH", f"/posts/{key}/")):
            refused(api.request(method, path, as_="contributor", json={"title": wrong}), "title")
    same("a post that is refused")


@check("api.domain-rules")
def test_bodies_of_comments(api, rows, rng, refused):
    """The body of a comment is not blank, and has at most 5000 characters."""
    post = rows.post(state="out").id
    for right in (rng.sentence().ljust(5000, "x"), "x", "\u00e4" * 5000):
        api.post("/comments/", as_="reader", json={"post": post, "body": right}).expect(201)
    for wrong in (*BLANK, "x" * 5001):
        refused(api.post("/comments/", as_="reader", json={"post": post, "body": wrong}), "body")
    comment = rows.comment().id
    for method in ("PUT", "PATCH"):
        for wrong in ("", "\u3000 ", "x" * 5001):
            refused(api.request(method, f"/comments/{comment}/", as_="reader", json={"body": wrong}), "body")
    refused(api.post("/comments/", as_="reader", json={"post": post}), "body")
    refused(api.post("/comments/", as_="reader", json={"body": "x"}), "post")


@check("api.domain-rules")
@pytest.mark.parametrize(("name", "most"), [("categories", 100), ("tags", 50)])
def test_names(api, some, rng, refused, name, most):
    """Names differ by more than case and are bounded; one's own name, and its other capitals, are no double."""
    row, other = some(name, name=f"{rng.word()} \u00e4b"), some(name)
    for wrong in (row.name, row.name.upper(), row.name.title(), "x" * (most + 1), ""):
        refused(api.post(f"/{name}/", as_="editor", json={"name": wrong}), "name")
        for method in ("PUT", "PATCH"):
            refused(api.request(method, f"/{name}/{other.id}/", as_="editor", json={"name": wrong}), "name")
    for right in (row.name, row.name.upper(), rng.word().ljust(most, "x")):
        api.patch(f"/{name}/{row.id}/", as_="editor", json={"name": right}).expect(200)


@check("api.domain-rules")
@pytest.mark.parametrize("who", ["reader", "contributor", "editor", "admin"])
def test_comments_on_posts_that_are_not_out(api, rows, db, refused, who):
    """Nobody comments on a post that is not out, or that does not exist: 400 on `post`."""
    out, *others = rows.posts({"state": s, "author": "contributor"} for s in ("out", "draft", "scheduled", "archived"))
    for key in (*(post.id for post in others), 99_999_999):
        refused(api.post("/comments/", as_=who, json={"post": key, "body": "x"}), "post")
    assert db.count("comments_comment") == 0
    api.post("/comments/", as_=who, json={"post": out.id, "body": "x"}).expect(201)


@check("api.domain-rules")
@pytest.mark.parametrize("state", ["scheduled", "archived"])
def test_comments_whose_post_has_left(api, rows, db, refused, unchanged, state):
    """To edit a comment whose post is not out any more is 400 on `post`, for everybody; to delete it works."""
    post = rows.post(state="out", author="contributor2")
    comments = rows.comments({"post": post, "author": "reader", "post_state": state} for _ in range(2))
    same = unchanged()
    for who in ("reader", "editor", "admin"):
        for method in ("PUT", "PATCH"):
            refused(api.request(method, f"/comments/{comments[0].id}/", as_=who, json={"body": "x"}), "post")
    same("an edit that is refused")
    for comment, who in zip(comments, ("reader", "editor"), strict=True):
        api.delete(f"/comments/{comment.id}/", as_=who).expect(204)
    assert db.count("comments_comment") == 0


@check("api.domain-rules")
def test_what_is_out_keeps_its_body(api, rows, refused, unchanged, rng):
    """A post that is published keeps a body; a draft may lose it."""
    out, later, draft, archived = rows.posts({"state": state} for state in ("out", "scheduled", "draft", "archived"))
    same = unchanged()
    for wrong in ("", " \u00a0 "):
        for post, who in ((out, "contributor"), (out, "editor"), (later, "contributor"), (later, "admin")):
            refused(api.patch(f"/posts/{post.id}/", as_=who, json={"body": wrong}), "body")
            refused(api.put(f"/posts/{post.id}/", as_=who, json={"title": rng.title(), "body": wrong}), "body")
    same("a body that is refused")
    for post in (draft, archived):
        api.patch(f"/posts/{post.id}/", as_="contributor", json={"body": ""}).expect(200)
    api.put(f"/posts/{out.id}/", as_="contributor", json={"title": rng.title(), "body": "x"}).expect(200)


@check("api.domain-rules")
@pytest.mark.parametrize("state", ["draft", "out", "scheduled", "archived"])
@pytest.mark.parametrize("who", ["editor", "admin"])
def test_posts_of_somebody_who_is_a_reader_by_now(api, rows, db, rng, state, who):
    """A post whose author is a reader by now is changed, published and unpublished as any other."""
    post, title = rows.post(state=state, author="demoted"), rng.title()
    api.put(f"/posts/{post.id}/", as_=who, json={"title": title, "body": rng.sentence()}).expect(200)
    api.patch(f"/posts/{post.id}/", as_=who, json={"tags": [rows.tag().slug]}).expect(200)
    api.post(f"/posts/{post.id}/publish/", as_=who).expect(200)
    api.post(f"/posts/{post.id}/unpublish/", as_=who).expect(200)
    row = db.one("posts_post", "title", "status", "author_id", id=post.id)
    expect(row, equal_to={"title": title, "status": "archived", "author_id": api.people["demoted"].id})


@check("api.domain-rules")
def test_the_other_rules_of_such_posts(api, rows, refused, unchanged):
    """Of a post whose author is a reader by now no other rule is left out: its title, its body, its publication."""
    out, blank = rows.posts([{"state": "out", "author": "demoted"}, {"author": "demoted", "body": " "}])
    same = unchanged()
    for who in ("editor", "admin"):
        refused(api.patch(f"/posts/{out.id}/", as_=who, json={"body": " "}), "body")
        refused(api.patch(f"/posts/{out.id}/", as_=who, json={"title": "\u3000"}), "title")
        refused(api.post(f"/posts/{blank.id}/publish/", as_=who), "body")
    same("what is refused")


@check("api.domain-rules")
def test_posts_that_have_just_come_out(api, rows, rng, refused):
    """What comes out while the server runs takes comments from then on; what comes out in some minutes does not yet."""
    now = datetime.now(UTC)
    just = rows.post(state="out", published_at=now)
    soon = rows.post(state="scheduled", published_at=now + timedelta(minutes=20))
    sent = {"body": rng.sentence()}
    key = api.post("/comments/", as_="reader", json=sent | {"post": just.id}).expect(201).object()["id"]
    api.patch(f"/comments/{key}/", as_="reader", json={"body": rng.sentence()}).expect(200)
    refused(api.post("/comments/", as_="editor", json=sent | {"post": soon.id}), "post")


@check("api.domain-rules")
def test_rules_of_accounts(api, rows, rng, refused):
    """A username is unique, an e-mail address too whatever its case, and a role is one of four."""
    user, other = rows.users([{}, {}])
    for method, path, more in (
        ("POST", "/users/", {"username": rng.word()}),
        ("PATCH", f"/users/{other.id}/", {}),
    ):
        for field, wrong in (
            ("email", user.email),
            ("email", user.email.upper()),
            ("email", "no address"),
            ("role", "owner"),
            ("role", ""),
            ("username", user.username),
            ("username", "two words"),
            ("username", "x" * 151),
            ("first_name", "x" * 151),
            ("last_name", "x" * 151),
            ("email", f"{'x' * 60}@{'y' * 60}.{'y' * 60}.{'y' * 60}.{'y' * 20}.example"),
        ):
            refused(api.request(method, path, as_="admin", json=more | {field: wrong}), field)
    for field in ("first_name", "last_name"):
        refused(api.patch("/users/me/", as_="reader", json={field: "x" * 151}), field)
        for who, path in (("reader", "/users/me/"), ("admin", f"/users/{other.id}/")):
            assert api.patch(path, as_=who, json={field: "x" * 150}).expect(200).object()[field] == "x" * 150
    own = {"username": user.username, "email": user.email.title(), "role": "editor"}
    api.put(f"/users/{user.id}/", as_="admin", json=own).expect(200)
    for _ in range(2):
        api.post("/users/", as_="admin", json={"username": rng.word(), "email": ""}).expect(201)
