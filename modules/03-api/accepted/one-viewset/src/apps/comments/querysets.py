"""What one can ask about comments."""

from typing import TYPE_CHECKING, Self

from accounts.access import AnyUser, is_editorial, is_member
from core.choices import CommentStatus
from core.queries import step_by_step
from django.db import models
from django.db.models import Q
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

    def on_post(self, post: "Post") -> Self:
        """About this post, in any state."""
        return self.filter(post=post)

    def visible_to(self, user: AnyUser) -> Self:
        """What this person may read.

        For everybody what is approved on a post that is out; their own, and what is said on their
        own posts; for editors and admins all.
        """
        if is_editorial(user):
            return self.all()
        seen = is_out("post__")
        if not is_member(user):
            return self.approved().filter(step_by_step(seen))
        approved = seen & Q(status=CommentStatus.APPROVED)
        return self.filter(step_by_step(approved | Q(author=user) | Q(post__author=user)))
