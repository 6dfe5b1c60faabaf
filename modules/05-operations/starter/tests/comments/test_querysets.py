"""What one can ask about comments."""

import pytest

from comments.models import Comment
from core.choices import CommentStatus
from tests.factories import CommentFactory

pytestmark = pytest.mark.django_db


def test_comments_by_state_and_by_post() -> None:
    pending = CommentFactory()
    approved = CommentFactory(status=CommentStatus.APPROVED)
    rejected = CommentFactory(post=approved.post, status=CommentStatus.REJECTED)
    assert list(Comment.objects.pending()) == [pending]
    assert list(Comment.objects.approved()) == [approved]
    assert set(Comment.objects.on_post(approved.post)) == {approved, rejected}
    assert list(Comment.objects.on_post(approved.post).approved()) == [approved]
