# FILE GIVEN 03
"""How posts, categories and tags look from outside."""

from rest_framework import serializers

from posts.models import Category, Post, Tag


class TagSerializer(serializers.ModelSerializer[Tag]):
    """A tag."""

    class Meta:
        model = Tag
        fields = ("id", "name", "slug", "created_at", "updated_at")
        read_only_fields = ("slug",)


# BEGIN SOLUTION 03
class PostSerializer(serializers.ModelSerializer[Post]):
    """A post. Category and tags go by their slugs, in both directions."""

    author = serializers.SlugRelatedField[Post](
        slug_field="username", read_only=True, help_text="Username."
    )
    category = serializers.SlugRelatedField[Category](
        slug_field="slug",
        queryset=Category.objects.all(),
        required=False,
        allow_null=True,
    )
    tags = serializers.SlugRelatedField[Tag](
        slug_field="slug",
        queryset=Tag.objects.all(),
        many=True,
        required=False,
    )

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
            "created_at",
            "updated_at",
        )
        read_only_fields = ("slug", "status", "published_at")


# STUB
# # TODO(03): CategorySerializer and PostSerializer (brief, task 1).
# END
