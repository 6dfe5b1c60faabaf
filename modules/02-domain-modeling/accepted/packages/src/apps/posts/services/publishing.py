"""Publishing and archiving."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone


def _allow(post, by):
    if not post.can_be_edited_by(by):
        raise PermissionDenied


@transaction.atomic()
def publish_post(*, post, by):
    _allow(post, by)
    if not post.is_out():
        post.status, post.published_at = "published", timezone.now()
    post.full_clean()
    post.save()
    return post


@transaction.atomic()
def archive_post(*, post, by):
    _allow(post, by)
    post.status = "archived"
    post.save()
    return post
