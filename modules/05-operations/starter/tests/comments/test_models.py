"""The rules of comments: in clean(), and in the database behind it."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from comments.models import Comment
from posts.choices import PostStatus
from tests.factories import CommentFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db


def refused_fields(row: Any) -> set[str]:
    """The fields that full_clean() complains about; none if the row is right."""
    try:
        row.full_clean()
    except ValidationError as refusal:
        return set(refusal.message_dict)
    return set()


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, set()),
        ({"body": "x"}, set()),
        ({"body": "x" * 5000}, set()),
        ({"body": "x" * 5001}, {"body"}),
        ({"body": ""}, {"body"}),
        ({"body": " \n"}, {"body"}),
        ({"status": "lost"}, {"status"}),
    ],
)
def test_the_rules_of_a_comment(given: dict[str, Any], refused: set[str]) -> None:
    comment = CommentFactory.build(
        post=PostFactory(out=True), author=UserFactory(), **given
    )
    assert refused_fields(comment) == refused


@pytest.mark.parametrize("status", [PostStatus.DRAFT, PostStatus.ARCHIVED])
def test_only_published_posts_take_comments(status: PostStatus) -> None:
    comment = CommentFactory.build(
        post=PostFactory(status=status), author=UserFactory()
    )
    assert refused_fields(comment) == {"post"}


def test_a_comment_needs_a_post() -> None:
    assert refused_fields(CommentFactory.build(post=None, author=UserFactory())) == {
        "post"
    }


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"status": "lost"}, "comments_comment_status_known"),
        ({"body": ""}, "comments_comment_body_not_empty"),
    ],
)
def test_the_database_insists(values: dict[str, str], constraint: str) -> None:
    CommentFactory()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Comment.objects.update(**values)
    Comment.objects.update(status="approved", body="New.")


@pytest.mark.parametrize(
    ("role", "edits", "moderates"),
    [
        (Role.ADMIN, True, True),
        (Role.EDITOR, True, True),
        (Role.CONTRIBUTOR, False, False),
        (Role.READER, False, False),
    ],
)
def test_what_a_role_may_do_with_the_comments_of_others(
    role: Role, edits: bool, moderates: bool
) -> None:
    comment, user = CommentFactory(), UserFactory(role=role)
    assert comment.can_be_edited_by(user) is edits
    assert comment.can_be_moderated_by(user) is moderates
    user.is_active = False
    assert not comment.can_be_edited_by(user)
    assert not comment.can_be_moderated_by(user)


def test_authors_edit_and_hosts_moderate() -> None:
    comment = CommentFactory()
    assert comment.can_be_edited_by(comment.author)
    assert not comment.can_be_moderated_by(comment.author)
    assert comment.can_be_moderated_by(comment.post.author)
    assert not comment.can_be_edited_by(comment.post.author)
    assert not comment.can_be_edited_by(AnonymousUser())
    assert not comment.can_be_moderated_by(AnonymousUser())


def test_hosts_do_not_pass_their_own_comments() -> None:
    post = PostFactory(out=True)
    comment = CommentFactory(post=post, author=post.author)
    assert not comment.can_be_moderated_by(post.author)


def test_a_comment_is_called_by_its_author_and_post() -> None:
    comment = CommentFactory(post__title="Hello", author__username="ann")
    assert str(comment) == "ann on Hello"
