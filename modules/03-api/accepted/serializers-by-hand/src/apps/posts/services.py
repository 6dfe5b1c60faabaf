"""What people do with posts. Each service is one transaction and checks who asks."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from accounts.access import AnyUser, is_writer
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from posts.choices import PostStatus
from posts.models import Category, Post, Tag

if TYPE_CHECKING:
    from accounts.models import User

# Asked already: who writes is logged in, the category was looked up, the slug is made on save.
SETTLED = frozenset({"author", "category", "slug"})


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
    post.published_at = timezone.now()
    check_stored(post)
    post.save()
    return post


@transaction.atomic
def archive_post(*, post: Post, by: AnyUser) -> Post:
    """Take the stored post out of sight and return it. Raises PermissionDenied as above.

    Nothing else about the post is checked: taking something down must always work.
    """
    _lock(post)
    _require_editable(post, by)
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


@transaction.atomic
def create_post(*, by: "User", values: Mapping[str, Any]) -> Post:
    """A new draft of whoever asks. PermissionDenied for readers, ValidationError by the rules."""
    if not is_writer(by):
        raise PermissionDenied("Readers do not write posts.")
    post = with_values(Post(author=by), values)
    post.full_clean(exclude=SETTLED)
    post.save()
    if tags := values.get("tags"):
        post.tags.add(*tags)
    return post


@transaction.atomic
def update_post(*, post: Post, by: AnyUser, values: Mapping[str, Any]) -> Post:
    """Change the stored post, which the caller has locked. Refusals as above.

    A post whose author is a reader by now is no worse for that: editors look after it.
    """
    _require_editable(post, by)
    check_stored(with_values(post, values))
    post.save()
    if "tags" in values:
        _set_tags(post, {tag.pk for tag in values["tags"]})
    return post


@transaction.atomic
def delete_post(*, post: Post, by: AnyUser) -> None:
    """Delete it with its comments. PermissionDenied if `by` may not edit it."""
    _require_editable(post, by)
    post.delete()


def with_values(post: Post, values: Mapping[str, Any]) -> Post:
    """The post with its columns set, not yet stored; tags are rows of their own."""
    for name in ("title", "body", "category"):
        if name in values:
            setattr(post, name, values[name])
    return post


def check_stored(post: Post, wrong: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """ValidationError if a rule refuses the stored post, but for the one about its author."""
    try:
        post.full_clean(exclude={*SETTLED, *wrong})
    except ValidationError as exc:
        left = {name: errors for name, errors in exc.error_dict.items() if name != "author"}
        if left:
            raise ValidationError(left) from exc


def check_new(post: Post, wrong: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """ValidationError if a rule refuses the new post."""
    post.full_clean(exclude={*SETTLED, *wrong})


def _set_tags(post: Post, wanted: set[int]) -> None:
    present = set(post.tags.values_list("pk", flat=True))
    if gone := present - wanted:
        post.tags.remove(*gone)
    if new := wanted - present:
        post.tags.add(*new)


type Label = Category | Tag


def check_label(label: Label, wrong: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """ValidationError if a rule refuses the category or tag."""
    label.full_clean(exclude={"slug", *wrong})


def save_label[L: (Category, Tag)](*, label: L, values: Mapping[str, Any]) -> L:
    """Store a category or tag with these values. ValidationError by the rules.

    Two may take one name at the same moment; the database tells, and then the rules see it, too.
    """
    for name, value in values.items():
        setattr(label, name, value)
    check_label(label)
    try:
        with transaction.atomic():
            label.save()
    except IntegrityError:
        check_label(label)
        raise
    return label
