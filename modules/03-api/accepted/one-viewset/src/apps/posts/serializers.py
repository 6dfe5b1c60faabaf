"""How posts, categories and tags look from outside."""

from typing import Any

from api.serializers import DomainSerializer, Reference, References
from posts.models import Category, Post, Tag
from rest_framework import serializers

STAMPS = ("created_at", "updated_at")


class TagSerializer(DomainSerializer):
    """A tag."""

    class Meta:
        model = Tag
        fields = ("id", "name", "slug", *STAMPS)
        read_only_fields = ("slug",)


class CategorySerializer(DomainSerializer):
    """A category."""

    class Meta:
        model = Category
        fields = ("id", "name", "slug", "description", *STAMPS)
        read_only_fields = ("slug",)


class CategoryInListSerializer(CategorySerializer):
    """A category, and how many of its posts are out."""

    post_count = serializers.IntegerField(read_only=True, min_value=0)

    class Meta(CategorySerializer.Meta):
        fields = (*CategorySerializer.Meta.fields, "post_count")


class PostSerializer(DomainSerializer):
    """A post."""

    settled_when_stored = ("author",)

    author = serializers.CharField(source="author.username", read_only=True)
    category = Reference("slug", queryset=Category.objects.all(), required=False, allow_null=True)
    tags = References(Tag, required=False)

    class Meta:
        model = Post
        fields = (
            "id",
            "title",
            "slug",
            "body",
            "status",
            "published_at",
            "author",
            "category",
            "tags",
            *STAMPS,
        )
        read_only_fields = ("slug", "status", "published_at")

    def new(self) -> Any:
        """Whoever sends it is the author."""
        return Post(author=self.context["request"].user)


class PostInListSerializer(PostSerializer):
    """A post without its text, and how many comments there are to read."""

    comment_count = serializers.IntegerField(read_only=True, min_value=0)

    class Meta(PostSerializer.Meta):
        fields = (
            *(name for name in PostSerializer.Meta.fields if name != "body"),
            "comment_count",
        )
