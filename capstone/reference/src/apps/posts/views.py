# FILE GIVEN 03
"""Posts, categories and tags over HTTP."""

from django.db import transaction
from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from api.viewsets import Collection
from posts.models import Post, Tag
from posts.permissions import PostPermission
from posts.serializers import PostSerializer, TagSerializer
from posts.services import (
    archive_post,
    create_post,
    delete_post,
    publish_post,
    update_post,
)


class TagViewSet(ReadOnlyModelViewSet[Tag]):
    """Tags, by name."""

    queryset = Tag.objects.order_by("name", "pk")
    serializer_class = TagSerializer


# BEGIN SOLUTION 03
class PostViewSet(Collection[Post]):
    """Posts, as far as whoever asks may see them."""

    serializer_class = PostSerializer
    permission_classes = [PostPermission]

    def get_queryset(self) -> QuerySet[Post]:
        """What this person may read, newest first."""
        visible = Post.objects.visible_to(self.request.user).labelled()
        return visible.order_by("-created_at", "-pk")

    def perform_create(self, serializer: BaseSerializer[Post]) -> None:
        """Begin a draft."""
        serializer.instance = create_post(
            by=self.request.user, **serializer.validated_data
        )

    def perform_update(self, serializer: BaseSerializer[Post]) -> None:
        """Change what was sent."""
        serializer.instance = update_post(
            post=serializer.instance, by=self.request.user, **serializer.validated_data
        )

    def perform_destroy(self, instance: Post) -> None:
        """Delete it, with its comments."""
        delete_post(post=instance, by=self.request.user)

    @action(detail=True, methods=["post"])
    @transaction.atomic
    def publish(self, request: Request, pk: int) -> Response:
        """Put it out now."""
        post = publish_post(post=self.get_object(), by=request.user)
        return Response(self.get_serializer(post).data)

    @action(detail=True, methods=["post"])
    @transaction.atomic
    def unpublish(self, request: Request, pk: int) -> Response:
        """Take it out of sight, into the archive."""
        post = archive_post(post=self.get_object(), by=request.user)
        return Response(self.get_serializer(post).data)


# STUB
# # TODO(03): PostViewSet and CategoryViewSet; and let editors and admins write tags
# # (brief, tasks 1 and 2).
# END
