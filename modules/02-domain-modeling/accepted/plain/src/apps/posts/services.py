from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from posts.models import Post


def publish_post(*, post, by):
    with transaction.atomic():
        if not post.can_be_edited_by(by):
            raise PermissionDenied("no")
        if not Post.objects.published().filter(pk=post.pk).exists():
            post.published_at = timezone.now()
        post.status = Post.PUBLISHED
        post.full_clean()
        post.save()
        return post


def archive_post(*, post, by):
    with transaction.atomic():
        if not post.can_be_edited_by(by):
            raise PermissionDenied("no")
        Post.objects.filter(pk=post.pk).update(status=Post.ARCHIVED, updated_at=timezone.now())
        post.refresh_from_db()
        return post
