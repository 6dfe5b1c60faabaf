# FILE GIVEN 05
"""The queue `comments`: what happens to a comment after it was submitted."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from comments.models import Comment
from comments.screening import screen_comment
from jobs.base import ReliableTask
from jobs.broker import enqueue

# BEGIN SOLUTION 05
# Longer than all retries of a task together take.
FORGOTTEN_AFTER = timedelta(minutes=30)
AT_ONCE = 500


def publish_comment(comment_id: int) -> None:
    """Let a comment out if its author is trusted, else ask for a moderator. Twice is as once."""
    screen_comment(comment_id=comment_id)


@shared_task(
    name="comments.tasks.publish_comment", base=ReliableTask, ignore_result=False
)
def _publish_comment(comment_id: int) -> None:
    """The task of that name. It looks the function up when it runs, so a test can replace it."""
    publish_comment(comment_id)


def enqueue_comment(comment: Comment) -> str:
    """Put a comment into the queue and return the id of the task."""
    return enqueue(_publish_comment, comment.pk)


@shared_task(name="comments.tasks.queue_forgotten_comments", base=ReliableTask)
def queue_forgotten_comments() -> int:
    """Beat: comments that were never screened, since the queue was away; how many."""
    before = timezone.now() - FORGOTTEN_AFTER
    forgotten = Comment.objects.unscreened().filter(created_at__lt=before)
    for comment in (found := list(forgotten.order_by("pk")[:AT_ONCE])):
        enqueue_comment(comment)
    return len(found)


# STUB
# # TODO(05): publish_comment, the task of that name, and enqueue_comment (brief, task 5).
# END
