# FILE SOLUTION 05
"""Who needs no moderator, and who is asked about all others."""

from django.conf import settings
from django.db import transaction

from accounts.access import is_editorial
from accounts.models import User
from audit.actions import Action
from audit.services import record
from core.choices import CommentStatus
from comments.models import Comment
from comments.signals import comment_moderated
from core import clock
from core.events import send_on_commit
from mail.services import write_email


@transaction.atomic
def screen_comment(*, comment_id: int) -> None:
    """Approve a waiting comment if its author is trusted; else tell the author of the post.

    Done again it changes nothing: a comment is screened once for each time that it is submitted,
    and left alone once it is moderated. What nobody can see, `screened_at`, does not move
    `updated_at`, or an author could not edit what they have just sent without reading it again.
    """
    comment = (
        Comment.objects.select_for_update().unscreened().filter(pk=comment_id).first()
    )
    if comment is None:
        return
    Comment.objects.filter(pk=comment.pk).update(
        screened_at=clock.now(), screening_failed_at=None
    )
    if _is_trusted(comment.author):
        _approve(comment)
    else:
        _ask_author_of_post(comment)


def _is_trusted(author: User) -> bool:
    """Who moderates anyway; and who has enough comments that are approved, and never had one that
    was rejected: what was edited or deleted since counts, too.
    """
    if is_editorial(author):
        return True
    enough = settings.COMMENT_TRUST_AFTER
    if not (enough and author.is_active) or author.rejections.exists():
        return False
    said = Comment.objects.filter(author=author)
    rejected_by_sql = said.filter(status=CommentStatus.REJECTED)
    return said.approved().count() >= enough and not rejected_by_sql.exists()


def _approve(comment: Comment) -> None:
    comment.status = CommentStatus.APPROVED
    comment.save(update_fields=["status"])
    record(action=Action.MODERATED, actor=None, target=comment, status=comment.status)
    send_on_commit(comment_moderated, comment=comment)


def _ask_author_of_post(comment: Comment) -> None:
    """An e-mail to whoever moderates it, one for each time that it is submitted."""
    host = comment.post.author
    if host.email and host != comment.author:
        write_email(
            key=f"comment-{comment.pk}-waits-{comment.submitted_at:%Y%m%dT%H%M%S%f}",
            to=host.email,
            subject="A comment waits for you",
            body=(
                f"{comment.author} has commented on your post “{comment.post}”.\n"
                "Nobody else can read it until you approve it.\n"
            ),
        )
