"""Task 2, the models: whatever the brief does not refuse passes full_clean(), of new rows and of stored ones."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import Raised, check, expect_that

NOW = datetime.now(UTC).replace(microsecond=0)
ROLES = ("reader", "contributor", "editor", "admin")


def passes(row):
    """Whether full_clean() accepts it. Where what is stored is refused, the criterion of that rule fails."""
    with suppress(Raised):
        row.full_clean()
        return True
    return False


@check("domain.post-fields")
@pytest.mark.parametrize("status", ["published", "archived"])
def test_a_post_without_a_category(make, status):
    """A post of any status may be without a category and tags."""
    post = make.published.build(status=status, category=None)
    post.full_clean()
    post.save()
    post.full_clean()


@check("domain.post-fields")
def test_tags_may_be_left_out(models):
    """A form may leave out the tags."""
    blank = models("post")._meta.get_field("tags").blank
    expect_that(blank, expected="`tags` that may be blank", observed="forms want at least one tag")


@check("domain.post-fields")
def test_a_long_body(make, stored, rng):
    """A body has no length that is too long, and may be of one letter."""
    for body in ("x", "0", f"{rng.sentence()} " * 1_000):
        for maker in (make.post, make.published):
            post = maker.build(body=body)
            post.full_clean()
            post.save()
            assert stored("post", post, "body") == body


@check("domain.post-fields")
@pytest.mark.parametrize("role", ["contributor", "editor", "admin"])
def test_a_post_of_anybody_is_a_draft(bare, make, stored, role):
    """A new post is a draft without a date, whoever wrote it."""
    post = bare.post(author=make.user(role=role, is_staff=True, is_superuser=True))
    assert stored("post", post, "status", "published_at") == ("draft", None)


@check("domain.post-fields")
@pytest.mark.parametrize("status", ["draft", "published", "archived"])
def test_a_stored_post_may_change(make, models, rng, status):
    """All of a stored post may change, whatever its status: title, body, slug, category and date."""
    made = make.post() if status == "draft" else make.published(status=status)
    post = models("post").objects.get(pk=made.pk)
    if not passes(post):
        return
    changes = {"title": rng.title(), "body": rng.sentence(), "slug": rng.slug(), "category": make.category()}
    changes |= {} if status == "draft" else {"published_at": NOW - timedelta(days=3)}
    for field, value in changes.items():
        setattr(post, field, value)
        post.full_clean()
        post.save()
    post.category = None
    post.full_clean()


@check("domain.comment-fields")
@pytest.mark.parametrize("role", ROLES)
def test_a_comment_of_anybody_is_pending(bare, make, stored, demote, role):
    """A new comment is pending, whoever wrote it, on an own post too."""
    by = make.user(is_staff=role == "admin", is_superuser=role == "admin")
    own = make.published(author=by)
    demote(by, role)
    comments = [bare.comment(author=by, post=post) for post in (own, make.published())]
    assert stored("comment", comments, "status") == ["pending", "pending"]


@check("domain.comment-fields")
@pytest.mark.parametrize("status", ["pending", "approved", "rejected"])
def test_a_stored_comment_may_change(make, models, stored, rng, status):
    """All of a stored comment may change, whatever its status: body, post, author and status."""
    comment = models("comment").objects.get(pk=make.comment(status=status).pk)
    if not passes(comment):
        return
    for field, value in {"body": rng.sentence(), "post": make.published(), "author": make.user()}.items():
        setattr(comment, field, value)
        comment.full_clean()
        comment.save()
        assert stored("comment", comment, "status") == status
    for after in ("pending", "approved", "rejected"):
        comment.status = after
        comment.full_clean()
