"""Task 1: publishing, moderating, and what an edit does to a comment."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import check, expect, expect_that

VERBS = {"approve": "approved", "reject": "rejected"}
POST = [
    "id",
    "title",
    "slug",
    "body",
    "status",
    "published_at",
    "author",
    "category",
    "tags",
    "created_at",
    "updated_at",
]


@check("api.actions")
@pytest.mark.parametrize("state", ["draft", "scheduled", "archived"])
@pytest.mark.parametrize("who", ["contributor", "editor", "admin"])
def test_publish(api, rows, db, moment, state, who):
    """A post that is not out is published now, whatever it was, by its author as by editors and admins."""
    post = rows.post(state=state, author="contributor")
    said = api.post(f"/posts/{post.id}/publish/", as_=who).expect(200).object()
    row = db.one("posts_post", "status", "published_at", "author_id", "title", id=post.id)
    assert (said.get("id"), said.get("status"), row["status"]) == (post.id, "published", "published")
    for at in (moment(said.get("published_at")), row["published_at"]):
        age = abs(datetime.now(UTC) - at)
        expect_that(age < timedelta(minutes=1), expected="`published_at` is the time of the request", observed=at)
    assert (row["author_id"], row["title"]) == (api.people["contributor"].id, post.title)


@check("api.actions")
@pytest.mark.parametrize("state", ["draft", "out", "scheduled"])
@pytest.mark.parametrize("who", ["contributor", "editor"])
def test_unpublish(api, rows, db, state, who):
    """A post is archived, whatever it was, a draft too; its `published_at` stays."""
    post = rows.post(state=state, author="contributor")
    before = db.one("posts_post", "published_at", id=post.id)
    said = api.post(f"/posts/{post.id}/unpublish/", as_=who).expect(200).object()
    assert (said.get("id"), said.get("status")) == (post.id, "archived")
    expect(db.one("posts_post", "status", "published_at", id=post.id), equal_to={"status": "archived", **before})


@check("api.actions")
@pytest.mark.parametrize("who", ["contributor", "editor"])
@pytest.mark.parametrize(("state", "verb"), [("out", "publish"), ("archived", "unpublish")])
def test_posts_that_are_so_already(api, rows, unchanged, who, state, verb):
    """To publish what is out and to unpublish what is archived is 200 with the post, and changes nothing."""
    post = rows.post(state=state, author="contributor")
    shown = {name: value for name, value in api.get(f"/posts/{post.id}/", as_=who).object().items() if name in POST}
    same = unchanged()
    for _ in range(2):
        said = api.post(f"/posts/{post.id}/{verb}/", as_=who).expect(200).object()
        expect({name: said.get(name) for name in shown}, equal_to=shown)
    same(f"a repeated {verb}")


@check("api.actions")
@pytest.mark.parametrize("verb", list(VERBS))
@pytest.mark.parametrize("post_state", ["out", "scheduled", "archived"])
def test_moderation_whatever_it_was(api, rows, db, verb, post_state):
    """A comment gets the status, whatever its own and its post's were."""
    post = rows.post(state="out", author="contributor")
    before = [status for status in ("pending", "approved", "rejected") if status != VERBS[verb]]
    more = {} if post_state == "out" else {"post_state": post_state}
    comments = rows.comments({"post": post, "status": status, **more} for status in before)
    for comment, who in zip(comments, ("editor", "contributor"), strict=True):
        said = api.post(f"/comments/{comment.id}/{verb}/", as_=who).expect(200).object()
        assert (said.get("id"), said.get("status")) == (comment.id, VERBS[verb])
        row = db.one("comments_comment", "status", "body", "author_id", id=comment.id)
        expect(row, equal_to={"status": VERBS[verb], "body": comment.body, "author_id": api.people["reader"].id})


@check("api.actions")
@pytest.mark.parametrize("verb", list(VERBS))
def test_comments_that_are_so_already(api, rows, unchanged, verb):
    """To approve what is approved and to reject what is rejected is 200 with the comment, and changes nothing."""
    comment = rows.comment(post=rows.post(state="out", author="contributor"), status=VERBS[verb])
    wanted = {"id": comment.id, "body": comment.body, "status": VERBS[verb], "post": comment.post_id}
    same = unchanged()
    for who in ("editor", "contributor", "editor"):
        said = api.post(f"/comments/{comment.id}/{verb}/", as_=who).expect(200).object()
        expect({name: said.get(name) for name in wanted}, equal_to=wanted)
    same(f"a repeated {verb}")


@check("api.actions")
def test_what_cannot_be_published(api, rows, db, refused):
    """A post without a body is not published: 400 on `body`, and it stays a draft."""
    blank, fine = rows.posts([{"body": " \u00a0\n"}, {}])
    api.post(f"/posts/{fine.id}/publish/", as_="contributor").expect(200)
    refused(api.post(f"/posts/{blank.id}/publish/", as_="contributor"), "body")
    expect(
        db.one("posts_post", "status", "published_at", id=blank.id), equal_to={"status": "draft", "published_at": None}
    )


@check("api.comment-edits")
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("status", ["pending", "approved", "rejected"])
@pytest.mark.parametrize("who", ["reader", "contributor", "demoted"])
def test_an_edit_by_the_author(api, rows, db, rng, method, status, who):
    """Whatever it was, a comment is pending once its author has edited it, also under a post of their own."""
    posts = [rows.post(state="out", author=author) for author in ("contributor2", "contributor")]
    for comment in rows.comments({"post": post, "author": who, "status": status} for post in posts):
        body = rng.sentence()
        said = api.request(method, f"/comments/{comment.id}/", as_=who, json={"body": body}).expect(200).object()
        assert (said.get("status"), said.get("body")) == ("pending", body)
        expect(
            db.one("comments_comment", "status", "body", id=comment.id), equal_to={"status": "pending", "body": body}
        )


@check("api.comment-edits")
@pytest.mark.parametrize("status", ["pending", "approved", "rejected"])
@pytest.mark.parametrize("who", ["editor", "admin"])
def test_an_edit_by_editors(api, rows, db, rng, status, who):
    """An edit by an editor or admin leaves the status as it is, of their own comments as of others'."""
    post = rows.post(state="out", author="contributor2")
    for comment in rows.comments({"post": post, "author": author, "status": status} for author in ("reader", who)):
        for method in ("PUT", "PATCH"):
            body = rng.sentence()
            said = api.request(method, f"/comments/{comment.id}/", as_=who, json={"body": body}).expect(200).object()
            assert (said.get("status"), said.get("body")) == (status, body)
        expect(db.one("comments_comment", "status", "body", id=comment.id), equal_to={"status": status, "body": body})


@check("api.comment-edits")
def test_an_edit_that_is_refused(api, rows, refused, rng, unchanged):
    """An edit that is refused leaves the status, and the comment, as they are."""
    comment = rows.comment(author="reader", status="approved")
    same = unchanged()
    for body in ("", " \u2003 ", "x" * 5001, 5):
        refused(api.patch(f"/comments/{comment.id}/", as_="reader", json={"body": body}), "body")
    same("a refused edit")
    said = api.patch(f"/comments/{comment.id}/", as_="reader", json={"body": rng.sentence()}).expect(200).object()
    assert said.get("status") == "pending"
