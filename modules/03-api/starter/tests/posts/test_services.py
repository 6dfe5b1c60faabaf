"""Publishing and archiving."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.roles import Role
from posts.choices import PostStatus
from posts.models import Post
from posts.services import archive_post, publish_post
from tests.factories import PostFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_author_publishes() -> None:
    post = PostFactory()
    assert publish_post(post=post, by=post.author) == post
    post.refresh_from_db()
    assert post.is_out


def test_a_scheduled_post_comes_out_now() -> None:
    post = PostFactory(out=True, published_at=timezone.now() + timedelta(days=1))
    assert publish_post(post=post, by=post.author).is_out


def test_a_post_that_is_out_keeps_its_time() -> None:
    post = PostFactory(out=True, published_at=timezone.now() - timedelta(days=1))
    before = post.published_at
    assert publish_post(post=post, by=post.author).published_at == before


def test_strangers_do_not_publish_or_archive() -> None:
    post = PostFactory()
    for service in (publish_post, archive_post):
        with pytest.raises(PermissionDenied):
            service(post=post, by=UserFactory())
    assert Post.objects.get().status == PostStatus.DRAFT


def test_an_empty_post_is_not_published() -> None:
    post = PostFactory(body="")
    with pytest.raises(ValidationError) as refusal:
        publish_post(post=post, by=post.author)
    assert set(refusal.value.message_dict) == {"body"}
    assert Post.objects.get().status == PostStatus.DRAFT


def test_what_is_stored_counts() -> None:
    post = PostFactory(body="")
    post.body = "Not saved."
    with pytest.raises(ValidationError):
        publish_post(post=post, by=post.author)


def test_an_editor_archives_even_what_is_no_longer_right() -> None:
    post = PostFactory(out=True)
    post.author.role = Role.READER
    post.author.save()
    archive_post(post=post, by=UserFactory(role=Role.EDITOR))
    stored = Post.objects.get()
    assert stored.status == PostStatus.ARCHIVED
    assert stored.published_at == post.published_at
