"""Posts, categories and tags over HTTP."""

from rest_framework.viewsets import ReadOnlyModelViewSet

from posts.models import Tag
from posts.serializers import (
    TagSerializer,
)


class TagViewSet(ReadOnlyModelViewSet[Tag]):
    """Tags, by name. An example: the rest is like it, and more."""

    queryset = Tag.objects.order_by("name", "pk")
    serializer_class = TagSerializer


# TODO(03): posts and categories, and writing tags (brief, tasks 1 and 2).
