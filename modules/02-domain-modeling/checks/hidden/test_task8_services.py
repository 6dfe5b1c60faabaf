"""Task 8, services: what they write, and for whom."""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import Failed, Raised, Refused, check, expect_that, fail, raises, refuses

PUBLISH, ARCHIVE = "posts.services:publish_post", "posts.services:archive_post"
NOW = datetime.now(UTC).replace(microsecond=0)
MODERATE = "comments.services:moderate_comment"


def lets(verb, person):
    """What the project's own rule says of somebody. Where that is wrong, the criterion of the rule fails, not these."""
    with suppress(Raised):
        return bool(verb(person))
    return False


def written(db, post, values):
    """Whether the database takes these values of a post, past the application. Where not, db-not-empty fails."""
    with suppress(Failed, Refused):
        db.update("posts_post", values, id=post.pk)
        return True
    return False


def expect_denied(app, verb, **arguments):
    """Fails unless the service raises PermissionDenied, and the one that is Django's."""
    with raises("PermissionDenied"):
        try:
            app.call(verb, **arguments)
        except Raised as raised:
            own = raised.is_a("PermissionDenied") and not raised.is_a("django.core.exceptions.PermissionDenied")
            if own:
                fail(expected="Django's PermissionDenied", observed="another class of this name", where=raised.where)
            raise


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
    assert returned.published_at == row["published_at"]
    assert before - timedelta(seconds=5) <= row["published_at"] <= datetime.now(UTC) + timedelta(seconds=5)
    assert (returned.pk, returned.status) == (post.pk, "published")


@check("domain.publish-service")
def test_publishing_without_a_body(app, make, db):
    """A draft without a body is refused with ValidationError, and stays the draft that it was."""
    post = make.post(body="")
    with refuses():
        app.call(PUBLISH, post=post, by=post.author)
    assert db.rows("posts_post", "status", "published_at", id=post.pk) == [{"status": "draft", "published_at": None}]


@check("domain.publish-service")
@pytest.mark.parametrize("verb", [PUBLISH, ARCHIVE], ids=["publish", "archive"])
def test_those_who_may_not(app, make, db, demote, verb):
    """Who may not edit a post gets PermissionDenied, and nothing changes."""
    post = make.post() if verb == PUBLISH else make.published()
    own = make.post(author=make.user(is_active=False))
    people = [
        make.user(),
        make.user(role="reader"),
        make.user(is_staff=True, is_superuser=True),
        make.user(role="editor", is_active=False),
        make.user(role="admin", is_active=False),
        app.anonymous(),
    ]
    before = db.rows("posts_post")
    for person in (one for one in people if not lets(post.can_be_edited_by, one)):
        expect_denied(app, verb, post=post, by=person)
    if not lets(own.can_be_edited_by, own.author):
        expect_denied(app, verb, post=own, by=own.author)
    assert db.rows("posts_post") == before


@check("domain.publish-service")
@pytest.mark.parametrize("verb", [PUBLISH, ARCHIVE], ids=["publish", "archive"])
def test_an_author_who_is_a_reader_now(app, make, db, demote, verb):
    """An author who became a reader gets PermissionDenied, whatever else is wrong, and nothing changes."""
    post = make.post() if verb == PUBLISH else make.published()
    demote(post.author)
    post.refresh_from_db()
    before = db.rows("posts_post")
    if not lets(post.can_be_edited_by, post.author):
        with raises("PermissionDenied"):
            app.call(verb, post=post, by=post.author)
    assert db.rows("posts_post") == before


@check("domain.publish-service")
@pytest.mark.parametrize("role", ["editor", "admin", "author"])
def test_archiving(app, make, db, role):
    """Authors, editors and admins archive a published post; it is returned."""
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
    for status in ("approved", "rejected", "pending", "pending", "approved", "approved", "pending", "rejected"):
        returned = app.call(MODERATE, comment=comment, by=by, status=status)
        assert db.one("comments_comment", "status", id=comment.pk)["status"] == status
        assert (returned.pk, returned.status) == (comment.pk, status)


@check("domain.moderation-service")
def test_a_status_that_does_not_exist(app, make, db):
    """A status that does not exist is refused with ValidationError, and nothing changes."""
    comment = make.comment()
    editor, before = make.user(role="editor"), db.rows("comments_comment")
    for status in ("lost", "Approved", "APPROVED", " approved", "approve", "", "published", "draft", "archived"):
        with refuses():
            app.call(MODERATE, comment=comment, by=editor, status=status)
    assert db.rows("comments_comment") == before


@check("domain.moderation-service")
def test_those_who_may_not_moderate(app, make, db):
    """Who may not moderate a comment gets PermissionDenied, and nothing changes."""
    author = make.user()
    comment = make.comment(author=author, post=make.published(author=author))
    away = make.comment(post=make.published(author=make.user(is_active=False)))
    people = [
        make.user(),
        make.user(is_superuser=True, is_staff=True),
        make.user(role="editor", is_active=False),
        make.user(role="admin", is_active=False),
        app.anonymous(),
    ]
    before = db.rows("comments_comment")
    for person in (one for one in (*people, author) if not lets(comment.can_be_moderated_by, one)):
        for status in ("approved", "lost"):  # who asks is looked at first
            expect_denied(app, MODERATE, comment=comment, by=person, status=status)
    if not lets(away.can_be_moderated_by, away.post.author):
        expect_denied(app, MODERATE, comment=away, by=away.post.author, status="approved")
    assert db.rows("comments_comment") == before


@check("domain.publish-service")
@pytest.mark.parametrize("state", ["archived", "archived without a date", "scheduled", "draft"])
def test_publishing_whatever_it_was(app, make, db, state):
    """Whatever is not out by now is published at the time of the call: archived and scheduled posts too."""
    post = make.post() if state == "draft" else make.published()
    moments = {"archived": NOW - timedelta(days=9), "scheduled": NOW + timedelta(days=9)}
    status = {"scheduled": "published", "draft": "draft"}.get(state, "archived")
    db.update("posts_post", {"status": status, "published_at": moments.get(state)}, id=post.pk)
    post.refresh_from_db()
    by = post.author if lets(post.can_be_edited_by, post.author) else make.user(role="editor")
    before = datetime.now(UTC)
    app.call(PUBLISH, post=post, by=by)
    row = db.one("posts_post", "status", "published_at", id=post.pk)
    assert row["status"] == "published"
    assert before - timedelta(seconds=1) <= row["published_at"] <= datetime.now(UTC) + timedelta(seconds=1)


@check("domain.publish-service")
def test_each_call_has_its_own_time(app, make, stored):
    """`published_at` is the time of each call, not of the start of the process: of two calls it is two times."""
    first, second = make.post(), make.post()
    app.call(PUBLISH, post=first, by=first.author)
    time.sleep(1.1)  # a project may leave out fractions of a second
    app.call(PUBLISH, post=second, by=second.author)
    one, other = stored("post", [first, second], "published_at")
    expect_that(one < other, expected="two times for two calls", observed="both posts have the same time")


@check("domain.publish-service")
def test_what_is_out_keeps_its_moment(app, make, db):
    """A post that is out already keeps its `published_at` when it is published again."""
    post = make.published()
    before = db.one("posts_post", "status", "published_at", id=post.pk)
    for by in (make.user(role="editor"), post.author):
        app.call(PUBLISH, post=post, by=by)
    assert db.one("posts_post", "status", "published_at", id=post.pk) == before


@check("domain.publish-service")
@pytest.mark.parametrize("field", ["title", "body", "author"])
@pytest.mark.parametrize("state", ["draft", "archived", "published"])
def test_publishing_asks_for_every_rule(app, make, models, db, demote, field, state):
    """What task 3 refuses is refused, of a post that is out too, and nothing in the database changes."""
    post = make.published() if state == "published" else make.post()
    wrong = {"title": " ", "body": ""}
    if field in wrong and not written(db, post, {field: wrong[field]}):
        return  # the database refuses what it may not: domain.db-not-empty
    db.update("posts_post", {"status": state}, id=post.pk)
    if field == "author":
        demote(post.author)
    post.refresh_from_db()
    before, published = db.rows("posts_post"), models("post").objects.get(pk=post.pk)
    published.status, published.published_at = "published", published.published_at or NOW
    with suppress(Raised):
        published.full_clean()
        return  # the rule itself is not there: its own criterion fails
    with refuses():
        app.call(PUBLISH, post=post, by=make.user(role="editor"))
    assert db.rows("posts_post") == before


@check("domain.publish-service")
@pytest.mark.parametrize("state", ["draft", "archived", "scheduled", "published"])
def test_archiving_always_works(app, make, db, demote, state):
    """Whatever its status was, and however wrong a post is by now, it is archived, and keeps its `published_at`."""
    moment = {"published": NOW - timedelta(hours=2), "scheduled": NOW + timedelta(days=2)}.get(state)
    post = make.post()
    changes = {"status": "published" if state == "scheduled" else state, "published_at": moment, "body": ""}
    db.update("posts_post", changes, id=post.pk)
    written(db, post, {"title": " "})
    demote(post.author)
    post.refresh_from_db()
    app.call(ARCHIVE, post=post, by=make.user(role="editor"))
    expected = {"status": "archived", "published_at": moment, "body": ""}
    assert db.one("posts_post", *expected, id=post.pk) == expected


@check("domain.publish-service")
@pytest.mark.parametrize("verb", [PUBLISH, ARCHIVE], ids=["publish", "archive"])
def test_a_transaction_and_names(app, make, queries, verb):
    """A service takes its arguments by name only, and works in a transaction."""
    post, editor = make.published(), make.user(role="editor")
    with raises("TypeError"):
        app.call(verb, post, editor)
    with raises("TypeError"):
        app.call(verb, post, by=editor)
    with queries() as seen:
        app.call(verb, post=post, by=editor)
    expect_that(seen.in_transaction, expected="a service in a transaction", observed="its statements are in none")


@check("domain.moderation-service")
def test_moderating_in_a_transaction(app, make, queries):
    """Moderating takes its arguments by name only, and works in a transaction."""
    comment, editor = make.comment(), make.user(role="editor")
    with raises("TypeError"):
        app.call(MODERATE, comment, editor, "approved")
    with raises("TypeError"):
        app.call(MODERATE, comment, by=editor, status="approved")
    with queries() as seen:
        app.call(MODERATE, comment=comment, by=editor, status="approved")
    expect_that(seen.in_transaction, expected="a service in a transaction", observed="its statements are in none")


@check("domain.moderation-service")
@pytest.mark.parametrize("state", ["draft", "archived"])
@pytest.mark.parametrize("role", ["editor on their own", "admin", "reader who wrote the post"])
def test_moderating_whatever_became_of_the_post(app, make, db, demote, state, role):
    """The state of the post, and what its author is by now, do not matter; editors moderate comments of their own."""
    word = role.partition(" ")[0]
    editor = make.user(role=word if word != "reader" else "contributor")
    comment = make.comment(author=editor) if word == "editor" else make.comment()
    by = demote(comment.post.author) if word == "reader" else editor
    db.update("posts_post", {"status": state, "published_at": None}, id=comment.post.pk)
    comment.refresh_from_db()
    if not lets(comment.can_be_moderated_by, by):
        return  # that fails domain.comment-ownership
    app.call(MODERATE, comment=comment, by=by, status="rejected")
    assert db.one("comments_comment", "status", id=comment.pk)["status"] == "rejected"
