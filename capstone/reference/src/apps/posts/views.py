# FILE GIVEN 03
"""Posts, categories and tags over HTTP."""

from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import BaseThrottle

# BEGIN SOLUTION 05
from accounts.access import is_member

# END
from accounts.permissions import IsEditorialOrReadOnly
from api.pagination import Offsets
from api.throttles import SensitiveThrottle
from api.viewsets import Collection

# BEGIN SOLUTION 05
from core.events import send_on_commit
from posts import feed
from posts.choices import PostStatus

# END
from posts.filters import PostFilter
from posts.models import Category, Post, Tag
from posts.permissions import PostPermission
from posts.serializers import (
    CategorySerializer,
    CategorySummarySerializer,
    PostSerializer,
    PostSummarySerializer,
    TagSerializer,
)
from posts.services import (
    archive_post,
    create_post,
    delete_post,
    publish_post,
    update_post,
)

# BEGIN SOLUTION 05
from posts.signals import post_read

# END
from posts.taxonomy import delete_label, save_label


# BEGIN SOLUTION 03
class TagViewSet(Collection[Tag]):
    """Tags, by name."""

    queryset = Tag.objects.order_by("name", "pk")
    serializer_class = TagSerializer
    pagination_class = Offsets
    permission_classes = [IsEditorialOrReadOnly]

    def perform_create(self, serializer: BaseSerializer[Tag]) -> None:
        """A new one."""
        serializer.instance = save_label(
            label=Tag(), by=self.request.user, **serializer.validated_data
        )

    def perform_update(self, serializer: BaseSerializer[Tag]) -> None:
        """The name; the slug stays."""
        row = cast(Tag, serializer.instance)
        serializer.instance = save_label(
            label=row, by=self.request.user, **serializer.validated_data
        )

    def perform_destroy(self, instance: Tag) -> None:
        """Posts go on without it."""
        delete_label(label=instance, by=self.request.user)


class CategoryViewSet(Collection[Category]):
    """Categories, by name."""

    queryset = Category.objects.none()
    pagination_class = Offsets
    permission_classes = [IsEditorialOrReadOnly]

    def get_queryset(self) -> QuerySet[Category]:
        """In a list with how much is in each."""
        categories = Category.objects.order_by("name", "pk")
        return categories.with_post_counts() if self.action == "list" else categories

    def get_serializer_class(self) -> type[BaseSerializer[Category]]:
        """Counts are in lists only: what one edits does not change behind one's back."""
        return (
            CategorySummarySerializer if self.action == "list" else CategorySerializer
        )

    def perform_create(self, serializer: BaseSerializer[Category]) -> None:
        """A new one."""
        serializer.instance = save_label(
            label=Category(), by=self.request.user, **serializer.validated_data
        )

    def perform_update(self, serializer: BaseSerializer[Category]) -> None:
        """Name and description; the slug stays."""
        row = cast(Category, serializer.instance)
        serializer.instance = save_label(
            label=row, by=self.request.user, **serializer.validated_data
        )

    def perform_destroy(self, instance: Category) -> None:
        """Posts go on without it."""
        delete_label(label=instance, by=self.request.user)


class PostViewSet(Collection[Post]):
    """Posts, as far as whoever asks may see them."""

    queryset = Post.objects.none()
    filterset_class = PostFilter
    permission_classes = [PostPermission]
    more_problems = {"publish": {400}}

    def get_queryset(self) -> QuerySet[Post]:
        """What this person may read, the latest first."""
        visible = Post.objects.visible_to(self.request.user).labelled()
        listed = visible.with_comment_counts() if self.action == "list" else visible
        return listed.order_by("-created_at", "-pk")

    def get_serializer_class(self) -> type[BaseSerializer[Post]]:
        """Lists carry counts and no texts."""
        return PostSummarySerializer if self.action == "list" else PostSerializer

    def get_throttles(self) -> list[BaseThrottle]:
        """What all of the public sees at once is sensitive."""
        throttles = list(super().get_throttles())
        sensitive = self.action in {"publish", "unpublish"}
        return [*throttles, SensitiveThrottle()] if sensitive else throttles

    # BEGIN SOLUTION 05
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        # For the public from the cache: all of it sees the same. (What API users have to know is
        # said by the class; a docstring would take its place in their document.)
        act = super().list
        if is_member(request.user):
            return act(request, *args, **kwargs)
        address = request.build_absolute_uri()

        def make() -> feed.Plain:
            return feed.plain(act(request, *args, **kwargs).data)

        return Response(feed.public("list", address, make=make))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        # Likewise; and whoever reads what is out is counted.
        act = super().retrieve

        def make() -> feed.Plain:
            return feed.plain(act(request, *args, **kwargs).data)

        member = is_member(request.user)
        name = feed.detail(kwargs["pk"])
        data = make() if member else feed.public(*name, make=make)
        if request.method == "GET" and data["status"] == PostStatus.PUBLISHED:
            send_on_commit(post_read, post_id=data["id"])
        return Response(data)

    # STUB
    # # TODO(05): the public reads from the cache, and readers are counted (brief, tasks 5 and 6).
    # END
    def perform_create(self, serializer: BaseSerializer[Post]) -> None:
        """A draft by whoever asks."""
        serializer.instance = create_post(
            by=self.request.user, **serializer.validated_data
        )

    def perform_update(self, serializer: BaseSerializer[Post]) -> None:
        """What was sent; the state changes by publishing only."""
        row = cast(Post, serializer.instance)
        serializer.instance = update_post(
            post=row, by=self.request.user, **serializer.validated_data
        )

    def perform_destroy(self, instance: Post) -> None:
        """With its comments."""
        delete_post(post=instance, by=self.request.user)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def publish(self, request: Request, pk: int) -> Response:
        """Publish a post: it is out from now on, and its body can be read by everybody."""
        return Response(
            self.get_serializer(
                publish_post(post=self.get_object(), by=request.user)
            ).data
        )

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def unpublish(self, request: Request, pk: int) -> Response:
        """Take a post out of sight, into the archive. It can be published again."""
        return Response(
            self.get_serializer(
                archive_post(post=self.get_object(), by=request.user)
            ).data
        )


# STUB
# from rest_framework.viewsets import ReadOnlyModelViewSet
#
#
# class TagViewSet(ReadOnlyModelViewSet[Tag]):
#     """Tags, by name. An example: the rest is like it, and more."""
#
#     queryset = Tag.objects.order_by("name", "pk")
#     serializer_class = TagSerializer
#
#
# # TODO(03): posts and categories, and writing tags (brief, tasks 1 and 2).
# END
