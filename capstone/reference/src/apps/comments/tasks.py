# FILE GIVEN 05
"""The queue `comments`: what happens to a comment after it was submitted."""

from datetime import timedelta

from celery import shared_task

from comments.models import Comment
from comments.screening import screen_comment
from core import clock
from jobs.base import ReliableTask
from jobs.broker import enqueue, free_capacity

# BEGIN SOLUTION 05
PUBLISH_COMMENT = "comments.tasks.publish_comment"
# Longer than all retries of a task together take.
LEFT_BEHIND_AFTER = timedelta(minutes=30)


def publish_comment(comment_id: int) -> None:
    """Let a comment out if its author is trusted, else ask for a moderator. Twice is as once."""
    screen_comment(comment_id=comment_id)


@shared_task(name=PUBLISH_COMMENT, base=ReliableTask, ignore_result=False)
def _publish_comment(comment_id: int) -> None:
    """The task of that name. It looks the function up when it runs, so a test can replace it."""
    publish_comment(comment_id)


def enqueue_comment(comment: Comment) -> str:
    """Put a comment into the queue and return the id of the task."""
    return enqueue(_publish_comment, comment.pk)


@shared_task(name="comments.tasks.note_screening_failed", base=ReliableTask)
def note_screening_failed(comment_id: int) -> None:
    """The task of a comment is a dead letter: Beat leaves the comment alone."""
    failed = Comment.objects.unscreened().filter(pk=comment_id)
    failed.update(screening_failed_at=clock.now())


@shared_task(name="comments.tasks.requeue_unscreened_comments", base=ReliableTask)
def requeue_unscreened_comments() -> int:
    """Beat: queue again what was left behind, since the broker was away; how many.

    A comment comes into the queue once in LEFT_BEHIND_AFTER, and none while the queue is full:
    where no worker is at work, queueing more does not help.
    """
    since = clock.now() - LEFT_BEHIND_AFTER
    left = Comment.objects.left_behind(since=since)[: free_capacity("comments")]
    for comment in (found := list(left)):
        enqueue_comment(comment)
        Comment.objects.filter(pk=comment.pk).update(requeued_at=clock.now())
    return len(found)


# STUB
# # TODO(05): publish_comment, the task of that name, and enqueue_comment (brief, task 5).
# END
