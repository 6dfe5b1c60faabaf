"""What people do with posts. Each service is one transaction and checks who asks."""

from collections.abc import Iterable
from typing import TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.access import AnyUser, may_write_posts
from audit.actions import Action
from audit.services import record
from core import clock
from core.saving import clean_and_save
from posts.choices import PostStatus
from posts.models import Category, Post, Tag

# Not to be checked again where it stays: an author may have become a reader since.
AUTHOR = frozenset({"author"})


@transaction.atomic
def publish_post(*, post: Post, by: AnyUser) -> Post:
    """Put the stored post out now and return it; one that is out already stays as it is.

    Raises PermissionDenied if `by` may not edit it, ValidationError if it is not fit to be read.
    """
    _lock(post)
    _require_editable(post, by)
    if post.is_out:
        return post
    post.status = PostStatus.PUBLISHED
    post.published_at = clock.now()
    clean_and_save(post, unchecked=AUTHOR)
    # TODO(05): say so to whoever listens, after the commit (brief, task 2).
    record(action=Action.PUBLISHED, actor=by, target=post)
    return post


@transaction.atomic
def archive_post(*, post: Post, by: AnyUser) -> Post:
    """Take the stored post out of sight and return it. Raises PermissionDenied as above.

    Nothing else about the post is checked: taking something down must always work.
    """
    _lock(post)
    _require_editable(post, by)
    if post.status == PostStatus.ARCHIVED:
        return post
    post.status = PostStatus.ARCHIVED
    post.save(update_fields=["status"])
    record(action=Action.ARCHIVED, actor=by, target=post)
    return post


def _lock(post: Post) -> None:
    """Take over what is stored, and let nobody change it before the transaction ends."""
    post.refresh_from_db(from_queryset=Post.objects.select_for_update())


def _require_editable(post: Post, by: AnyUser) -> None:
    if not post.can_be_edited_by(by):
        raise PermissionDenied("Only its author, editors and admins change a post.")


class PostChanges(TypedDict, total=False):
    """What a caller may say about a post. Its state changes by publishing and archiving."""

    title: str
    body: str
    category: Category | None
    tags: Iterable[Tag]


@transaction.atomic
def create_post(*, by: AnyUser, **given: Unpack[PostChanges]) -> Post:
    """A new draft by this person. Raises PermissionDenied to readers, ValidationError."""
    if not may_write_posts(by):
        raise PermissionDenied("Readers do not write posts.")
    return _write(Post(author=by), given)


@transaction.atomic
def update_post(*, post: Post, by: AnyUser, **given: Unpack[PostChanges]) -> Post:
    """Change what is given of the stored post. Raises PermissionDenied, ValidationError."""
    _lock(post)
    _require_editable(post, by)
    return _write(post, given)


@transaction.atomic
def delete_post(*, post: Post, by: AnyUser) -> None:
    """Delete the post, and the comments on it. Raises PermissionDenied."""
    _lock(post)
    _require_editable(post, by)
    record(action=Action.DELETED, actor=by, target=post)
    post.delete()


def _write(post: Post, given: PostChanges) -> Post:
    """Take over what is given, check everything, save."""
    tags = given.pop("tags", None)
    for name, value in given.items():
        setattr(post, name, value)
    clean_and_save(post, unchecked=set() if post._state.adding else AUTHOR)
    if tags is not None:
        post.tags.set(tags)
    return post
