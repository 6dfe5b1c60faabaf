# FILE SOLUTION 05
"""A comment that was submitted goes into the queue."""

from typing import Any

from comments.models import Comment
from comments.signals import comment_submitted
from comments.tasks import enqueue_comment


def connect() -> None:
    """Begin to listen."""
    comment_submitted.connect(queue_comment, dispatch_uid="comments")


def queue_comment(*, comment: Comment, **_: Any) -> None:
    """Hand it to a worker."""
    enqueue_comment(comment)
