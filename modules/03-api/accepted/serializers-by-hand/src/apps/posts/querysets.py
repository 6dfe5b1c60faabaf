"""What one can ask about posts and categories, in the words that people use."""

from typing import TYPE_CHECKING, Self

from accounts.access import AnyUser, is_editorial, is_member
from core.choices import CommentStatus
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from posts.choices import PostStatus

if TYPE_CHECKING:
    from accounts.models import User
    from posts.models import Category, Post  # noqa: F401  named in brackets below


FEW = 100  # so many rows may be sorted for a page


def is_out(prefix: str = "") -> Q:
    """Published, and not only for some time to come. `prefix` leads to the post: "posts__"."""
    return Q(
        (f"{prefix}status", PostStatus.PUBLISHED),
        (f"{prefix}published_at__lte", timezone.now()),
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
            .annotate(approved_comment_count=Count("comments", filter=approved, distinct=True))
            .order_by("-published_at", "-pk")
        )

    def with_names(self) -> Self:
        """With what a post shows of other rows: `author_username`, `category_slug` and the tags.

        By subqueries and not by joins, so that nothing keeps the database from reading an index in
        its order and stopping after a page.
        """
        author = get_user_model()._default_manager.filter(pk=OuterRef("author_id"))
        category = apps.get_model("posts", "Category")._default_manager.filter(pk=OuterRef("category_id"))
        return self.annotate(
            author_username=Subquery(author.values("username")),
            category_slug=Subquery(category.values("slug")),
        ).prefetch_related("tags")

    def listed(self) -> Self:
        """As a list shows them: without the body, with `comment_count`."""
        comments = (
            apps.get_model("comments", "Comment")
            ._default_manager.filter(post_id=OuterRef("pk"), status=CommentStatus.APPROVED)
            .order_by()
            .values("post_id")
        )
        counted = comments.annotate(number=Count("pk")).values("number")
        return self.with_names().annotate(comment_count=Coalesce(Subquery(counted), 0)).defer("body")

    def tagged(self, slug: str) -> Self:
        """With this tag. Few are looked up at once; of many the newest are met soon enough."""
        through = self.model.tags.through._default_manager
        ids = list(through.filter(tag__slug=slug).values_list("post_id", flat=True)[: FEW + 1])
        if len(ids) <= FEW:
            return self.filter(pk__in=ids)
        # In a CASE, so that the database goes through the posts in their order and looks at each.
        has_tag = through.filter(tag__slug=slug, post_id=OuterRef("pk"))
        return self.filter(
            Case(
                When(Exists(has_tag), then=Value(True)),
                default=Value(False),
                output_field=models.BooleanField(),
            )
        )


class CategoryQuerySet(models.QuerySet["Category"]):
    """Categories and what is in them."""

    def with_post_counts(self) -> Self:
        """Each with `post_count`, the number of its posts that are out; 0 where there are none."""
        return self.annotate(post_count=Count("posts", filter=is_out("posts__"), distinct=True))

    def listed(self) -> Self:
        """The same number, counted only for those that end up on a page."""
        posts = apps.get_model("posts", "Post")._default_manager.filter(is_out(), category_id=OuterRef("pk"))
        counted = posts.order_by().values("category_id").annotate(number=Count("pk"))
        return self.annotate(post_count=Coalesce(Subquery(counted.values("number")), 0))
