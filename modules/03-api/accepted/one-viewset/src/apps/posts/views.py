"""Posts, categories and tags over HTTP."""

from typing import Any

from accounts.models import User
from api import parameters as read
from api.pagination import Numbered, Offset
from api.permissions import PostPermission, TaxonomyPermission
from api.views import DomainViewSet
from core.queries import step_by_step
from django.db.models import Exists, OuterRef, Q, QuerySet
from posts.choices import PostStatus
from posts.models import Category, Post, Tag
from posts.serializers import (
    CategoryInListSerializer,
    CategorySerializer,
    PostInListSerializer,
    PostSerializer,
    TagSerializer,
)
from posts.services import put_out, take_down
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response


class TagViewSet(DomainViewSet):
    """Tags, by name."""

    queryset = Tag.objects.all()
    serializer_class = TagSerializer
    permission_classes = [TaxonomyPermission]
    pagination_class = Offset
    order = ("name", "pk")


class CategoryViewSet(TagViewSet):
    """Categories, by name."""

    queryset = Category.objects.all()
    serializer_class = CategorySerializer
    list_serializer_class = CategoryInListSerializer

    def get_queryset(self) -> QuerySet:
        """In a list, with their counts."""
        rows = Category.objects.all()
        return rows.with_posts_counted() if self.action == "list" else rows


def with_tag(rows: QuerySet, slug: str) -> QuerySet:
    """Posts with this tag."""
    tag = Tag.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if tag is None:
        return rows.none()
    tagged = Post.tags.through.objects.filter(post=OuterRef("pk"), tag=tag)
    return rows.filter(step_by_step(Q(Exists(tagged))))


class PostViewSet(DomainViewSet):
    """Posts, the latest first."""

    queryset = Post.objects.none()
    serializer_class = PostSerializer
    list_serializer_class = PostInListSerializer
    permission_classes = [PostPermission]
    pagination_class = Numbered
    order = ("-created_at", "-pk")
    among_equals = "-pk"
    orderings = ("published_at", "created_at", "title")
    parameters = {
        "status": read.Parameter(
            read.one_of(*PostStatus.values),
            read.condition(lambda value: Q(status=value)),
            {"type": "string", "enum": PostStatus.values},
            "In this state.",
        ),
        "author": read.Parameter(
            read.text,
            read.belongs_to("author", lambda: User, "username"),
            read.TEXT,
            "Written by the account with this username.",
            empty_is_all=True,
        ),
        "category": read.Parameter(
            read.text,
            read.belongs_to("category", lambda: Category, "slug"),
            read.TEXT,
            "In the category with this slug.",
            empty_is_all=True,
        ),
        "tag": read.Parameter(
            read.text,
            with_tag,
            read.TEXT,
            "With the tag that has this slug.",
            empty_is_all=True,
        ),
        "published_after": read.Parameter(
            read.moment,
            lambda rows, time: rows.filter(step_by_step(Q(published_at__gte=time))),
            read.TIME,
            "Published at this time or after it.",
        ),
        "published_before": read.Parameter(
            read.moment,
            lambda rows, time: rows.filter(step_by_step(Q(published_at__lt=time))),
            read.TIME,
            "Published before this time.",
        ),
        "search": read.Parameter(
            read.text,
            lambda rows, text: rows.search(text),
            read.TEXT,
            "With this text in the title or the body.",
            empty_is_all=True,
        ),
    }

    def get_queryset(self) -> QuerySet:
        """Those that the caller may read."""
        rows = Post.objects.visible_to(self.request.user).with_names()
        if self.action == "list":
            rows = rows.defer("body").with_comment_counts()
        return rows

    @action(detail=True, methods=["post"])
    def publish(self, request: Request, **kwargs: Any) -> Response:
        """Put the post out now."""
        return self.change(put_out)

    @action(detail=True, methods=["post"])
    def unpublish(self, request: Request, **kwargs: Any) -> Response:
        """Take the post out of sight."""
        return self.change(take_down)
