"""Moderation."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.roles import Role
from comments.models import Comment
from comments.services import moderate_comment
from core.choices import CommentStatus
from posts.services import archive_post
from tests.factories import CommentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", CommentStatus)
def test_the_host_decides(status: CommentStatus) -> None:
    comment = CommentFactory()
    moderate_comment(comment=comment, by=comment.post.author, status=status)
    assert Comment.objects.get().status == status


def test_authors_do_not_pass_their_own() -> None:
    comment = CommentFactory()
    with pytest.raises(PermissionDenied):
        moderate_comment(comment=comment, by=comment.author, status="approved")
    assert Comment.objects.get().status == CommentStatus.PENDING


def test_a_state_that_does_not_exist_is_refused() -> None:
    comment = CommentFactory()
    with pytest.raises(ValidationError) as refusal:
        moderate_comment(
            comment=comment, by=UserFactory(role=Role.EDITOR), status="lost"
        )
    assert set(refusal.value.message_dict) == {"status"}


def test_a_comment_can_be_rejected_after_its_post_has_left() -> None:
    comment = CommentFactory()
    archive_post(post=comment.post, by=comment.post.author)
    moderate_comment(
        comment=comment, by=UserFactory(role=Role.ADMIN), status="rejected"
    )
    assert Comment.objects.get().status == CommentStatus.REJECTED
