"""What one can ask about comments."""

from typing import TYPE_CHECKING, Self

from django.db import models

from core.choices import CommentStatus

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

    def on_post(self, post: "Post") -> Self:
        """About this post, in any state."""
        return self.filter(post=post)

    # TODO(03): visible_to (brief, task 2).
