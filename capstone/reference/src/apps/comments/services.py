# FILE GIVEN 02
"""What people do with comments. Each service is one transaction and checks who asks."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

# BEGIN SOLUTION 05

# END
from accounts.access import AnyUser, is_member

# BEGIN SOLUTION 04
from audit.actions import Action
from audit.services import record

# END
from core.choices import CommentStatus
from comments.models import Comment

# BEGIN SOLUTION 05
from comments.signals import comment_moderated, comment_submitted
from core import clock
from core.events import send_on_commit

# END
from core.saving import clean_and_save
from posts.models import Post


# BEGIN SOLUTION 02
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
    # BEGIN SOLUTION 03
    if comment.status == status:
        return comment
    # END
    comment.status = status
    comment.save(update_fields=["status"])
    # BEGIN SOLUTION 04
    record(action=Action.MODERATED, actor=by, target=comment, status=status)
    # STUB
    # # TODO(04): write it to the audit log (brief, task 8).
    # END
    # BEGIN SOLUTION 05
    send_on_commit(comment_moderated, comment=comment)
    # STUB
    # # TODO(05): say so to whoever listens, after the commit (brief, task 2).
    # END
    return comment


# STUB
# # TODO(02): moderate_comment (brief, task 8).
# END


# BEGIN SOLUTION 03
@transaction.atomic
def create_comment(*, post: Post, by: AnyUser, body: str) -> Comment:
    """A comment that waits for moderation. Raises PermissionDenied, ValidationError."""
    if not is_member(by):
        raise PermissionDenied("Comments are for people with an account.")
    comment = Comment(post=post, author=by, body=body)
    clean_and_save(comment)
    # BEGIN SOLUTION 05
    send_on_commit(comment_submitted, comment=comment)
    # STUB
    # # TODO(05): put it into the queue, after the commit (brief, task 5).
    # END
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
        # BEGIN SOLUTION 05
        if comment.status != CommentStatus.PENDING:
            comment.submitted_at = clock.now()
        # END
        comment.status = CommentStatus.PENDING
        # BEGIN SOLUTION 05
        comment.screened_at = comment.requeued_at = comment.screening_failed_at = None
        send_on_commit(comment_submitted, comment=comment)
        # STUB
        # # TODO(05): and goes into the queue again (brief, task 5).
        # END
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


# STUB
# # TODO(03): create_comment, edit_comment and delete_comment (brief, task 2).
# END
