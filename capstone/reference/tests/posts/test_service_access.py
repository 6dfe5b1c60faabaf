# FILE SOLUTION 03
"""Services ask who somebody is by themselves: the API is not the only way to them."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from accounts.roles import Role
from comments.models import Comment
from comments.services import create_comment
from posts.models import Post, Tag
from posts.services import create_post
from posts.taxonomy import delete_label, save_label
from tests.factories import PostFactory, TagFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_readers_may_not_write_posts() -> None:
    with pytest.raises(PermissionDenied):
        create_post(by=UserFactory(role=Role.READER), title="Hello")
    assert not Post.objects.exists()


def test_contributors_may_not_look_after_labels() -> None:
    tag, contributor = TagFactory(name="python"), UserFactory()
    with pytest.raises(PermissionDenied):
        save_label(label=tag, by=contributor, name="django")
    with pytest.raises(PermissionDenied):
        delete_label(label=tag, by=contributor)
    assert Tag.objects.get().name == "python"


def test_nobody_comments_without_an_account() -> None:
    with pytest.raises(PermissionDenied):
        create_comment(post=PostFactory(out=True), by=AnonymousUser(), body="Hello")
    assert not Comment.objects.exists()
