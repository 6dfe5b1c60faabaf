# FILE SOLUTION 03
"""How posts are found."""

import django_filters
from django.db.models import Exists, OuterRef, Subquery

from api.filters import Ordering, RelatedFilter, StrictForm, TimestampFilter
from posts.choices import PostStatus
from posts.models import Post, Tag
from posts.querysets import PostQuerySet


class PostFilter(django_filters.FilterSet):
    """Posts by state, by person, by label, by time and by what they say."""

    status = django_filters.ChoiceFilter(choices=PostStatus.choices)
    author = RelatedFilter(
        field_name="author", related="username", help_text="Username."
    )
    category = RelatedFilter(field_name="category", related="slug", help_text="Slug.")
    tag = django_filters.CharFilter(method="filter_tag", help_text="Slug.")
    published_after = TimestampFilter(
        field_name="published_at", lookup_expr="gte", help_text="At or after it."
    )
    published_before = TimestampFilter(
        field_name="published_at", lookup_expr="lt", help_text="Before it."
    )
    search = django_filters.CharFilter(
        method="filter_search", help_text="In the title or the body."
    )
    ordering = Ordering(fields=("published_at", "created_at", "title"))

    class Meta:
        model = Post
        form = StrictForm
        fields = ()

    def filter_tag(self, queryset: PostQuerySet, name: str, value: str) -> PostQuerySet:
        """With this tag, looked up for each post of the page in turn."""
        labels = Post.tags.through.objects.filter(post=OuterRef("pk"))
        tag = Tag.objects.filter(slug=value).values("pk")[:1]
        return queryset.filter(Exists(labels.filter(tag=Subquery(tag))))

    def filter_search(
        self, queryset: PostQuerySet, name: str, value: str
    ) -> PostQuerySet:
        """The domain's own search."""
        return queryset.search(value)
