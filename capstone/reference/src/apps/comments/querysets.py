# FILE SOLUTION 02
"""What one can ask about comments."""

# BEGIN SOLUTION 05
from datetime import datetime

# END
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

# BEGIN SOLUTION 05
from django.db.models.functions import Coalesce

# END
from accounts.access import AnyUser, is_editorial, is_member
from core.choices import CommentStatus
from posts.querysets import is_out

if TYPE_CHECKING:
    from comments.models import Comment  # noqa: F401  named in brackets below
    from posts.models import Post


class CommentQuerySet(models.QuerySet["Comment"]):
    """Comments by state and by post."""

    def approved(self) -> Self:
        """Everybody may read them."""
        return self.filter(status=CommentStatus.APPROVED)

    def pending(self) -> Self:
        """Nobody has looked at them yet."""
        return self.filter(status=CommentStatus.PENDING)

    # BEGIN SOLUTION 05
    def unscreened(self) -> Self:
        """They wait, and the queue has not looked at them either."""
        return self.pending().filter(screened_at__isnull=True)

    def left_behind(self, *, since: datetime) -> Self:
        """Unscreened, in no queue since then, and not failed for good; the longest first."""
        last = Coalesce("requeued_at", "submitted_at")
        waiting = self.unscreened().filter(screening_failed_at__isnull=True)
        return waiting.alias(last=last).filter(last__lt=since).order_by("last", "pk")

    # END
    def on_post(self, post: "Post") -> Self:
        """About this post, in any state."""
        return self.filter(post=post)

    # BEGIN SOLUTION 03
    def visible_to(self, user: AnyUser) -> Self:
        """What this person may read.

        What is approved on posts that are out; their own, and all on posts of their own; for
        editors and admins all.
        """
        public = is_out("post__") & Q(status=CommentStatus.APPROVED)
        if is_editorial(user):
            return self.all()
        if is_member(user):
            return self.filter(public | Q(author=user) | Q(post__author=user))
        return self.filter(public)

    # STUB
    # # TODO(03): visible_to (brief, task 2).
    # END
