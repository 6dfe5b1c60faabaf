"""What one can ask about comments."""

from typing import TYPE_CHECKING, Any, Self

from accounts.access import AnyUser, is_editorial, is_member
from core.choices import CommentStatus
from django.db import models
from django.db.models import BooleanField, Case, OuterRef, Q, Subquery, Value, When
from posts.querysets import is_out, opaque

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

        For everybody: what is approved, on posts that are out. In addition one's own, and all on
        one's own posts; for editors and admins all.

        The post is asked row by row, along the list, until the page is full (see `opaque`).
        """
        if is_editorial(user):
            return self.all()
        posts = self.model._meta.get_field("post").related_model._base_manager
        post = posts.filter(pk=OuterRef("post"))
        post_is_out = _answer(post, is_out())
        readable = Case(
            When(status=CommentStatus.APPROVED, then=post_is_out),
            default=Value(False),
            output_field=BooleanField(),
        )
        if is_member(user):
            mine = Q(author=user.pk)
            on_mine = _answer(post, Q(author=user.pk))
            readable = Case(
                When(mine, then=Value(True)),
                When(on_mine, then=Value(True)),
                default=readable,
                output_field=BooleanField(),
            )
        return self.filter(readable)


def _answer(post: models.QuerySet[Any], condition: Q) -> Subquery:
    """Whether the condition holds for the one post."""
    return Subquery(post.values(answer=opaque(condition)), output_field=BooleanField())
