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
    return give_status(comment, status)


def give_status(comment: Comment, status: str) -> Comment:
    """Moderate a comment that is locked, for somebody who may do so."""
    if comment.status != status:
        comment.status = status
        comment.save(update_fields=["status"])
    return comment
