"""What people do with comments. Each service is one transaction and checks who asks."""

from accounts.access import AnyUser
from comments.models import Comment
from core.choices import CommentStatus
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction


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
    return set_status(comment, status)


def set_status(comment: Comment, status: str) -> Comment:
    """`moderate_comment` for whoever has locked the comment and asked for permission."""
    if comment.status != status:
        comment.status = status
        comment.save(update_fields=["status"])
    return comment
