"""What people do with posts. Each service is one transaction and checks who asks."""

from accounts.access import AnyUser
from core.validation import problems
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from posts.choices import PostStatus
from posts.models import Post


@transaction.atomic
def publish_post(*, post: Post, by: AnyUser) -> Post:
    """Put the stored post out now and return it; one that is out already stays as it is.

    Raises PermissionDenied if `by` may not edit it, ValidationError if it is not fit to be read.
    """
    _lock(post)
    _require_editable(post, by)
    return put_out(post)


@transaction.atomic
def archive_post(*, post: Post, by: AnyUser) -> Post:
    """Take the stored post out of sight and return it; one that is archived stays as it is.

    Raises PermissionDenied as above. Nothing else about the post is checked: taking something down
    must always work.
    """
    _lock(post)
    _require_editable(post, by)
    return take_down(post)


def put_out(post: Post) -> Post:
    """`publish_post` for whoever has locked the post and asked for permission.

    Editors look after posts whose author is a reader by now, so that rule is left out.
    """
    if post.is_out:
        return post
    post.status = PostStatus.PUBLISHED
    post.published_at = timezone.now()
    refusals = problems(post, ignore=["author"])
    if refusals:
        raise ValidationError(refusals)
    post.save()
    return post


def take_down(post: Post) -> Post:
    """`archive_post` for whoever has locked the post and asked for permission."""
    if post.status != PostStatus.ARCHIVED:
        post.status = PostStatus.ARCHIVED
        post.save(update_fields=["status"])
    return post


def _lock(post: Post) -> None:
    """Take over what is stored, and let nobody change it before the transaction ends."""
    post.refresh_from_db(from_queryset=Post.objects.select_for_update())


def _require_editable(post: Post, by: AnyUser) -> None:
    if not post.can_be_edited_by(by):
        raise PermissionDenied("Only its author, editors and admins change a post.")
