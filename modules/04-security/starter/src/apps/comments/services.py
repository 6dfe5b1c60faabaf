"""What people do with comments. Each service is one transaction and checks who asks."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.access import AnyUser, is_member
from comments.models import Comment
from core.choices import CommentStatus
from core.saving import clean_and_save
from posts.models import Post


@transaction.atomic
def moderate_comment(*, comment: Comment, by: AnyUser, status: str) -> Comment:
    """Give the stored comment a status and return it.

    Raises PermissionDenied if `by` may not moderate it, ValidationError if there is no such status.
    Only the status is checked: a comment can be rejected after its post has left.
    """
    comment.refresh_from_db(from_queryset=Comment.objects.select_for_update())
    if not comment.can_be_moderated_by(by):
        raise PermissionDenied(
            "Only the post's author, editors and admins moderate a comment."
        )
    if status not in CommentStatus.values:
        raise ValidationError({"status": f"A comment is never {status!r}."})
    if comment.status == status:
        return comment
    comment.status = status
    comment.save(update_fields=["status"])
    # TODO(04): write it to the audit log (brief, task 8).
    return comment


@transaction.atomic
def create_comment(*, post: Post, by: AnyUser, body: str) -> Comment:
    """A comment that waits for moderation. Raises PermissionDenied, ValidationError."""
    if not is_member(by):
        raise PermissionDenied("Comments are for people with an account.")
    comment = Comment(post=post, author=by, body=body)
    clean_and_save(comment)
    return comment


@transaction.atomic
def edit_comment(*, comment: Comment, by: AnyUser, body: str) -> Comment:
    """Change the text. Raises PermissionDenied, ValidationError.

    Unless whoever edits may moderate it, too, it waits again: what was approved is not what it says
    now.
    """
    _lock(comment)
    _require_editable(comment, by)
    comment.body = body
    if not comment.can_be_moderated_by(by):
        comment.status = CommentStatus.PENDING
    clean_and_save(comment)
    return comment


@transaction.atomic
def delete_comment(*, comment: Comment, by: AnyUser) -> None:
    """Delete it. Raises PermissionDenied."""
    _lock(comment)
    _require_editable(comment, by)
    comment.delete()


def _lock(comment: Comment) -> None:
    """Take over what is stored, and let nobody change it before the transaction ends."""
    comment.refresh_from_db(from_queryset=Comment.objects.select_for_update())


def _require_editable(comment: Comment, by: AnyUser) -> None:
    if not comment.can_be_edited_by(by):
        raise PermissionDenied("Only its author, editors and admins change a comment.")
