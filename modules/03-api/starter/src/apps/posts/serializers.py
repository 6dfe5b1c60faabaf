"""How posts, categories and tags look from outside."""

from rest_framework import serializers

from posts.models import Tag


class TagSerializer(serializers.ModelSerializer[Tag]):
    """A tag."""

    class Meta:
        model = Tag
        fields = ("id", "name", "slug", "created_at", "updated_at")
        read_only_fields = ("slug",)


# TODO(03): categories and posts (brief, task 1).
