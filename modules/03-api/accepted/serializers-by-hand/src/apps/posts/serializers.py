"""How posts, categories and tags look from outside, and what may be sent of them."""

from typing import Any

from api.fields import BodySerializer, LongCharField, StrictCharField, StrictListField
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from posts.choices import PostStatus
from posts.models import Category, Post, Tag
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

AT_ONCE = 500  # slugs in one question to the database


class RowSerializer(serializers.Serializer[Any]):
    """What every row shows."""

    id = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class TagSerializer(RowSerializer):
    """A tag."""

    name = serializers.CharField()
    slug = serializers.CharField()


class CategorySerializer(RowSerializer):
    """A category."""

    name = serializers.CharField()
    slug = serializers.CharField()
    description = serializers.CharField()


class CategoryInListSerializer(CategorySerializer):
    """A category in a list."""

    post_count = serializers.IntegerField(help_text="Its posts that are out.")


class PostInListSerializer(RowSerializer):
    """A post in a list."""

    title = serializers.CharField()
    slug = serializers.CharField()
    status = serializers.ChoiceField(choices=PostStatus.choices)
    published_at = serializers.DateTimeField(allow_null=True)
    author = serializers.CharField(source="author_username", help_text="Their username")
    category = serializers.CharField(source="category_slug", allow_null=True, help_text="Its slug")
    tags = serializers.SerializerMethodField(help_text="Their slugs")
    comment_count = serializers.IntegerField(help_text="Its approved comments.")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_tags(self, post: Post) -> list[str]:
        """Slugs, in alphabetical order; sorted here, they are at hand."""
        return sorted(tag.slug for tag in post.tags.all())


class PostSerializer(PostInListSerializer):
    """A post."""

    comment_count = None
    body = serializers.CharField()


# ---- pages


class PageSerializer(serializers.Serializer[Any]):
    """What every page has."""

    next = serializers.CharField(allow_null=True, help_text="The following page")
    previous = serializers.CharField(allow_null=True, help_text="The page before")


class CountedPageSerializer(PageSerializer):
    """With the number of all rows."""

    count = serializers.IntegerField(help_text="All rows that the filters leave.")


@extend_schema_serializer(many=False)
class PostPageSerializer(CountedPageSerializer):
    """A page of posts."""

    results = PostInListSerializer(many=True)


@extend_schema_serializer(many=False)
class CategoryPageSerializer(CountedPageSerializer):
    """A page of categories."""

    results = CategoryInListSerializer(many=True)


@extend_schema_serializer(many=False)
class TagPageSerializer(CountedPageSerializer):
    """A page of tags."""

    results = TagSerializer(many=True)


# ---- what is sent


class TagBodySerializer(BodySerializer):
    """A tag as it is sent."""

    name = StrictCharField(max_length=50)


class CategoryBodySerializer(BodySerializer):
    """A category as it is sent."""

    name = StrictCharField(max_length=100)
    description = LongCharField(required=False, allow_blank=True)


class PostBodySerializer(BodySerializer):
    """A post as it is sent."""

    title = StrictCharField(max_length=200)
    body = LongCharField(required=False, allow_blank=True)
    category = LongCharField(required=False, allow_null=True, help_text="The slug of a category")
    tags = StrictListField(child=LongCharField(), required=False, help_text="Slugs of tags")

    def validate_category(self, slug: str | None) -> Category | None:
        """The category with this slug."""
        if slug is None:
            return None
        category = Category.objects.filter(slug=slug).first()
        if category is None:
            raise ValidationError([ErrorDetail("There is no such category.", code="does_not_exist")])
        return category

    def validate_tags(self, slugs: list[str]) -> list[Tag]:
        """The tags with these slugs; each that does not exist is named."""
        found: dict[str, Tag] = {}
        wanted = list(dict.fromkeys(slugs))
        for start in range(0, len(wanted), AT_ONCE):
            rows = Tag.objects.filter(slug__in=wanted[start : start + AT_ONCE])
            found.update((tag.slug, tag) for tag in rows)
        missing = {
            place: [ErrorDetail("There is no such tag.", code="does_not_exist")]
            for place, slug in enumerate(slugs)
            if slug not in found
        }
        if missing:
            raise ValidationError(missing)
        return list(found.values())
