"""What one can ask about posts and categories, in the words that people use."""

from typing import TYPE_CHECKING, Any, Self

from accounts.access import AnyUser, is_editorial, is_member
from core.choices import CommentStatus
from django.db import models
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from posts.choices import PostStatus

if TYPE_CHECKING:
    from accounts.models import User
    from posts.models import Category, Post, Tag  # noqa: F401  named in brackets below


def is_out(prefix: str = "") -> Q:
    """Published, and not only for some time to come. `prefix` leads to the post: "posts__"."""
    return Q(
        (f"{prefix}status", PostStatus.PUBLISHED),
        (f"{prefix}published_at__lte", timezone.now()),
    )


def opaque(condition: Q | Exists) -> Case:
    """The same condition, about which a query planner knows nothing.

    A list is read along the index of its order until the page is full. A planner that believes a
    condition to be rare would rather read the whole table and sort it, which costs the more, the
    more rows there are.
    """
    return Case(
        When(condition, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
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
            return self.filter(opaque(is_out() | Q(author=user)))
        return self.filter(opaque(is_out()))

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

    def tagged(self, tag: "Tag") -> Self:
        """With this tag; each post once."""
        links = self.model.tags.through._default_manager
        return self.filter(opaque(Exists(links.filter(post=OuterRef("pk"), tag=tag.pk))))

    def with_relations(self) -> Self:
        """Each with its author, category and tags at hand."""
        return self.select_related("author", "category").prefetch_related("tags")

    def with_comment_counts(self) -> Self:
        """Each with `comment_count`, the number of its approved comments."""
        comments = self.model._meta.get_field("comments").related_model._default_manager
        return self.annotate(
            comment_count=_count(
                comments.filter(post=OuterRef("pk"), status=CommentStatus.APPROVED),
                "post",
            )
        )


def _count(rows: models.QuerySet[Any], group: str) -> Coalesce:
    """How many of these rows there are, asked for each row of the page and no other."""
    counted = rows.order_by().values(group).annotate(number=Count("*")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


class CategoryQuerySet(models.QuerySet["Category"]):
    """Categories and what is in them."""

    def with_post_counts(self) -> Self:
        """Each with `post_count`, the number of its posts that are out; 0 where there are none."""
        return self.annotate(post_count=Count("posts", filter=is_out("posts__"), distinct=True))
