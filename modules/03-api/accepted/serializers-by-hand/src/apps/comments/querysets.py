"""What one can ask about comments."""

from typing import TYPE_CHECKING, Self

from accounts.access import AnyUser, is_editorial, is_member
from core.choices import CommentStatus
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Case, OuterRef, Q, Subquery, Value, When
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

        For everybody what is approved on a post that is out; in addition one's own, and all on
        one's own posts; for editors and admins all. The post is looked at row by row, by its key:
        a join would tempt the database to read all posts for one page of comments.
        """
        if is_editorial(user):
            return self.all()
        posts = apps.get_model("posts", "Post")._default_manager.filter(pk=OuterRef("post_id"))
        out = Case(
            When(is_out(), then=Value(True)),
            default=Value(False),
            output_field=models.BooleanField(),
        )
        rows = self.alias(post_out=Subquery(posts.annotate(out=out).values("out")[:1]))
        public = Q(status=CommentStatus.APPROVED) & Q(post_out=True)
        if not is_member(user):
            return rows.filter(public)
        rows = rows.alias(post_author=Subquery(posts.values("author_id")[:1]))
        return rows.filter(Q(author=user) | public | Q(post_author=user.pk))

    def with_names(self) -> Self:
        """With `author_username`, by a subquery for the same reason."""
        author = get_user_model()._default_manager.filter(pk=OuterRef("author_id"))
        return self.annotate(author_username=Subquery(author.values("username")))
