# FILE SOLUTION 05
"""What follows when a comment is submitted, rejected, or given up by the queue."""

from typing import Any

from django.db.models.signals import post_save

from core.choices import CommentStatus
from comments.models import Comment, Rejection
from comments.signals import comment_submitted
from comments.tasks import PUBLISH_COMMENT, enqueue_comment, note_screening_failed
from jobs.broker import enqueue
from jobs.signals import task_dead_lettered
from posts.receivers import PublicFields, watch

# Posts are shown with the number of their approved comments.
COUNTED = PublicFields(
    fields=frozenset({"status", "post"}),
    value=lambda comment: (
        comment.post_id if comment.status == CommentStatus.APPROVED else None
    ),
    when_new=True,
)


def connect() -> None:
    """Begin to listen."""
    watch(Comment, COUNTED)
    comment_submitted.connect(queue_comment, dispatch_uid="comments")
    post_save.connect(note_rejection, sender=Comment, dispatch_uid="comments")
    task_dead_lettered.connect(note_failure, dispatch_uid="comments")


def queue_comment(*, comment: Comment, **_: Any) -> None:
    """Hand it to a worker."""
    enqueue_comment(comment)


def note_rejection(*, instance: Comment, **_: Any) -> None:
    """Remember it for good, whoever saved it: the API, the admin or a script."""
    if instance.status == CommentStatus.REJECTED:
        Rejection.objects.get_or_create(
            comment=instance, defaults={"author_id": instance.author_id}
        )


def note_failure(*, task: str, args: list[Any], **_: Any) -> None:
    """The task is a dead letter: whoever replays it decides, and Beat leaves it alone."""
    if task == PUBLISH_COMMENT:
        enqueue(note_screening_failed, *args)
