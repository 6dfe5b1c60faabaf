"""What one can ask about posts and categories, in the words that people use."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, Q

from accounts.access import AnyUser, is_editorial, is_member
from core import clock
from core.choices import CommentStatus
from posts.choices import PostStatus

if TYPE_CHECKING:
    from accounts.models import User
    from posts.models import Category, Post  # noqa: F401  named in brackets below


def is_out(prefix: str = "") -> Q:
    """Published, and not only for some time to come. `prefix` leads to the post: "posts__"."""
    return Q(
        (f"{prefix}status", PostStatus.PUBLISHED),
        (f"{prefix}published_at__lte", clock.now()),
    )


class PostQuerySet(models.QuerySet["Post"]):
    """Posts by state, by person and by what they say."""

    def published(self) -> Self:
        """Out now; a post published for a later time is not."""
        return self.filter(is_out())

    def drafts(self) -> Self:
        """Not yet published."""
        return self.filter(status=PostStatus.DRAFT)

    def by_author(self, user: "User") -> Self:
        """Written by this person, in any state."""
        return self.filter(author=user)

    def visible_to(self, user: AnyUser) -> Self:
        """What this person may read: what is out, their own, and for editors and admins all."""
        if is_editorial(user):
            return self.all()
        if is_member(user):
            return self.filter(is_out() | Q(author=user))
        return self.published()

    def search(self, text: str) -> Self:
        """With this text in the title or the body, in whatever capitals."""
        return self.filter(Q(title__icontains=text) | Q(body__icontains=text))

    def feed(self) -> Self:
        """The front page, newest first, with all that it shows, in two queries.

        Each post has its author, its category, its tags and `approved_comment_count` at hand.
        """
        approved = Q(comments__status=CommentStatus.APPROVED)
        return (
            self.published()
            .select_related("author", "category")
            .prefetch_related("tags")
            .annotate(
                approved_comment_count=Count("comments", filter=approved, distinct=True)
            )
            .order_by("-published_at", "-pk")
        )

    # TODO(03): what the lists of the API need, in few queries (brief, task 6).


class CategoryQuerySet(models.QuerySet["Category"]):
    """Categories and what is in them."""

    def with_post_counts(self) -> Self:
        """Each with `post_count`, the number of its posts that are out; 0 where there are none."""
        return self.annotate(
            post_count=Count("posts", filter=is_out("posts__"), distinct=True)
        )
