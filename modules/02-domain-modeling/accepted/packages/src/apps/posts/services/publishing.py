"""Publishing and archiving."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone


def _change(post, by, **changes):
    if not post.can_be_edited_by(by):
        raise PermissionDenied
    with transaction.atomic():
        for name, value in changes.items():
            setattr(post, name, value)
        post.full_clean()
        post.save()
    return post


def publish_post(*, post, by):
    return _change(post, by, status="published", published_at=timezone.now())


def archive_post(*, post, by):
    return _change(post, by, status="archived")
