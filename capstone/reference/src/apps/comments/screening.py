# FILE SOLUTION 05
"""Who needs no moderator, and who is asked about all others."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.access import is_editorial
from audit.actions import Action
from audit.services import record
from comments.choices import CommentStatus
from comments.models import Comment
from comments.signals import comment_moderated
from core.events import announce
from mail.services import write_letter


@transaction.atomic
def screen_comment(*, comment_id: int) -> None:
    """Let a waiting comment out if its author is trusted; else tell the author of the post.

    Done again it changes nothing: a comment is screened once, and once moderated it is left alone.
    """
    comment = (
        Comment.objects.select_for_update().unscreened().filter(pk=comment_id).first()
    )
    if comment is None:
        return
    comment.screened_at = timezone.now()
    if _is_trusted(comment):
        comment.status = CommentStatus.APPROVED
        record(
            action=Action.MODERATED, actor=None, target=comment, status=comment.status
        )
        announce(comment_moderated, comment=comment)
    else:
        _ask_the_host(comment)
    comment.save(update_fields=["status", "screened_at"])


def _is_trusted(comment: Comment) -> bool:
    """Who moderates anyway; and who has said enough that was approved, and nothing that was not."""
    if is_editorial(comment.author):
        return True
    said = Comment.objects.filter(author=comment.author)
    enough = settings.COMMENT_TRUST_AFTER
    if not (enough and comment.author.is_active):
        return False
    return (
        said.approved().count() >= enough
        and not said.filter(status=CommentStatus.REJECTED).exists()
    )


def _ask_the_host(comment: Comment) -> None:
    """A letter to the author of the post, who moderates it; nobody is asked about their own."""
    host = comment.post.author
    if host.email and host != comment.author:
        write_letter(
            key=f"comment-{comment.pk}-waits",
            to=host.email,
            subject="A comment waits for you",
            body=(
                f"{comment.author} has commented on your post “{comment.post}”.\n"
                "Nobody else can read it until you approve it.\n"
            ),
        )
