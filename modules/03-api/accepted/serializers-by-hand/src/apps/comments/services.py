"""What people do with comments. Each service is one transaction and checks who asks."""

from typing import TYPE_CHECKING

from accounts.access import AnyUser, is_editorial
from comments.models import Comment
from core.choices import CommentStatus
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from posts.models import Post

if TYPE_CHECKING:
    from accounts.models import User

NO_SUCH_POST = "There is no such post, or it is not out."


@transaction.atomic
def moderate_comment(*, comment: Comment, by: AnyUser, status: str) -> Comment:
    """Give the stored comment a status and return it.

    Raises PermissionDenied if `by` may not moderate it, ValidationError if there is no such status.
    Only the status is checked: a comment can be rejected after its post has left.
    """
    comment.refresh_from_db(from_queryset=Comment.objects.select_for_update())
    if not comment.can_be_moderated_by(by):
        raise PermissionDenied("Only the post's author, editors and admins moderate a comment.")
    if status not in CommentStatus.values:
        raise ValidationError({"status": f"A comment is never {status!r}."})
    if comment.status != status:
        comment.status = status
        comment.save(update_fields=["status"])
    return comment


@transaction.atomic
def create_comment(*, post: Post, by: "User", body: str) -> Comment:
    """A new comment, which waits for moderation. ValidationError if the post is not out by now.

    The post is locked, so that it neither leaves nor disappears before the comment is there.
    """
    locked = Post.objects.select_for_update(no_key=True).filter(pk=post.pk).first()
    if locked is None:
        raise ValidationError({"post": NO_SUCH_POST})
    comment = Comment(post=locked, author=by, body=body)
    check_comment(comment)
    comment.save()
    return comment


@transaction.atomic
def edit_comment(*, comment: Comment, by: AnyUser, body: str | None) -> Comment:
    """Give the stored comment another body; its author's edit waits for moderation again.

    Raises PermissionDenied if `by` may not edit it, ValidationError if the rules refuse it.
    """
    comment.refresh_from_db(from_queryset=Comment.objects.select_for_update())
    _require_editable(comment, by)
    if body is not None:
        comment.body = body
    check_comment(comment)
    if not is_editorial(by):
        comment.status = CommentStatus.PENDING
    comment.save()
    return comment


@transaction.atomic
def delete_comment(*, comment: Comment, by: AnyUser) -> None:
    """Delete it, whatever became of its post. PermissionDenied if `by` may not edit it."""
    _require_editable(comment, by)
    comment.delete()


def check_comment(comment: Comment, wrong: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """ValidationError if the rules refuse it; fields of `wrong` are refused already."""
    comment.full_clean(exclude={"author", "post", *wrong})


def _require_editable(comment: Comment, by: AnyUser) -> None:
    if not comment.can_be_edited_by(by):
        raise PermissionDenied("Only its author, editors and admins change a comment.")
