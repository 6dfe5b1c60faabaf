"""How posts, categories and tags look from outside."""

from rest_framework import serializers

from api.examples import with_examples
from api.fields import SlugField, SlugListField, StrictSerializer
from posts import examples
from posts.models import Category, Post, Tag


@with_examples(**examples.TAG)
class TagSerializer(StrictSerializer[Tag]):
    """A tag."""

    class Meta:
        model = Tag
        fields = ("id", "name", "slug", "created_at", "updated_at")
        read_only_fields = ("slug",)


@with_examples(**examples.CATEGORY)
class CategorySerializer(StrictSerializer[Category]):
    """A category."""

    class Meta:
        model = Category
        fields: tuple[str, ...] = (
            "id",
            "name",
            "slug",
            "description",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("slug",)


@with_examples(**examples.CATEGORY_SUMMARY)
class CategorySummarySerializer(CategorySerializer):
    """A category in a list: also how much is in it."""

    post_count = serializers.IntegerField(
        read_only=True, min_value=0, help_text="Posts that are out."
    )

    class Meta(CategorySerializer.Meta):
        fields = (*CategorySerializer.Meta.fields, "post_count")


@with_examples(**examples.POST)
class PostSerializer(StrictSerializer[Post]):
    """A post. Category and tags go by their slugs, in both directions."""

    author = serializers.SlugRelatedField[Post](
        slug_field="username", read_only=True, help_text="Username."
    )
    category = SlugField[Category](
        slug_field="slug",
        queryset=Category.objects.all(),
        required=False,
        allow_null=True,
        help_text="Slug.",
    )
    tags = SlugListField(
        child_relation=SlugField[Tag](
            slug_field="slug", queryset=Tag.objects.all(), help_text="Slugs."
        ),
        required=False,
        help_text="Slugs.",
    )

    class Meta:
        model = Post
        fields: tuple[str, ...] = (
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


@with_examples(**examples.POST_SUMMARY)
class PostSummarySerializer(PostSerializer):
    """A post in a list: without its text, and with how much was said about it."""

    comment_count = serializers.IntegerField(
        source="approved_comment_count",
        read_only=True,
        min_value=0,
        help_text="Approved comments.",
    )

    class Meta(PostSerializer.Meta):
        fields = (
            *(name for name in PostSerializer.Meta.fields if name != "body"),
            "comment_count",
        )
