"""Task 8, services: what they write, and for whom."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import check, raises, refuses

PUBLISH, ARCHIVE = "posts.services:publish_post", "posts.services:archive_post"
MODERATE = "comments.services:moderate_comment"


@check("domain.publish-service", database="postgres")
@pytest.mark.parametrize("role", ["editor", "admin", "author"])
def test_publishing(app, make, db, role):
    """Authors, editors and admins publish a draft: it is published now, and returned."""
    post = make.post()
    by = post.author if role == "author" else make.user(role=role)
    before = datetime.now(UTC)
    returned = app.call(PUBLISH, post=post, by=by)
    row = db.one("posts_post", "status", "published_at", id=post.pk)
    assert row["status"] == "published"
    assert before - timedelta(seconds=5) <= row["published_at"] <= datetime.now(UTC) + timedelta(seconds=5)
    assert (returned.pk, returned.status) == (post.pk, "published")


@check("domain.publish-service")
def test_publishing_without_a_body(app, make, db):
    """A draft without a body is refused with ValidationError, and stays the draft that it was."""
    post = make.post(body=" ")
    with refuses("body"):
        app.call(PUBLISH, post=post, by=post.author)
    assert db.rows("posts_post", "status", "published_at", id=post.pk) == [{"status": "draft", "published_at": None}]


@check("domain.publish-service")
@pytest.mark.parametrize("verb", [PUBLISH, ARCHIVE], ids=["publish", "archive"])
def test_those_who_may_not(app, make, db, verb):
    """Who may not edit a post gets PermissionDenied, and nothing changes."""
    post = make.post() if verb == PUBLISH else make.published()
    people = [
        make.user(),
        make.user(role="reader"),
        make.user(role="editor", is_active=False),
        app.anonymous(),
    ]
    before = db.one("posts_post", "status", "published_at", id=post.pk)
    for person in people:
        with raises("PermissionDenied"):
            app.call(verb, post=post, by=person)
    assert db.one("posts_post", "status", "published_at", id=post.pk) == before


@check("domain.publish-service")
@pytest.mark.parametrize("role", ["editor", "author"])
def test_archiving(app, make, db, role):
    """Authors and editors archive a published post; it is returned."""
    post = make.published()
    returned = app.call(ARCHIVE, post=post, by=post.author if role == "author" else make.user(role=role))
    assert db.one("posts_post", "status", id=post.pk)["status"] == "archived"
    assert (returned.pk, returned.status) == (post.pk, "archived")


@check("domain.moderation-service")
@pytest.mark.parametrize("role", ["editor", "admin", "author of the post"])
def test_moderating(app, make, db, role):
    """Editors, admins and the author of the post give a comment its status; it is returned."""
    comment = make.comment()
    by = comment.post.author if role == "author of the post" else make.user(role=role)
    for status in ("approved", "rejected"):
        returned = app.call(MODERATE, comment=comment, by=by, status=status)
        assert db.one("comments_comment", "status", id=comment.pk)["status"] == status
        assert (returned.pk, returned.status) == (comment.pk, status)


@check("domain.moderation-service")
def test_a_status_that_does_not_exist(app, make, db):
    """A status that does not exist is refused with ValidationError, and nothing changes."""
    comment = make.comment()
    with refuses():
        app.call(MODERATE, comment=comment, by=make.user(role="editor"), status="lost")
    assert db.one("comments_comment", "status", id=comment.pk)["status"] == "pending"


@check("domain.moderation-service")
def test_those_who_may_not_moderate(app, make, db):
    """Who may not moderate a comment gets PermissionDenied, and nothing changes."""
    author = make.user()
    comment = make.comment(author=author, post=make.published(author=author))
    for person in (make.user(), make.user(role="editor", is_active=False), app.anonymous(), author):
        with raises("PermissionDenied"):
            app.call(MODERATE, comment=comment, by=person, status="approved")
    assert db.one("comments_comment", "status", id=comment.pk)["status"] == "pending"
