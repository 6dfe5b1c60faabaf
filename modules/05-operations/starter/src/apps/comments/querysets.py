"""What one can ask about comments."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

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

    def on_post(self, post: "Post") -> Self:
        """About this post, in any state."""
        return self.filter(post=post)

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
