"""How posts are found."""

import django_filters

from api.filters import MomentFilter, Ordering, StrictForm
from posts.choices import PostStatus
from posts.models import Post
from posts.querysets import PostQuerySet


class PostFilter(django_filters.FilterSet):
    """Posts by state, by person, by label, by time and by what they say."""

    status = django_filters.ChoiceFilter(choices=PostStatus.choices)
    author = django_filters.CharFilter(
        field_name="author__username", help_text="Username."
    )
    category = django_filters.CharFilter(field_name="category__slug", help_text="Slug.")
    tag = django_filters.CharFilter(field_name="tags__slug", help_text="Slug.")
    published_after = MomentFilter(
        field_name="published_at", lookup_expr="gte", help_text="At or after it."
    )
    published_before = MomentFilter(
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

    def filter_search(
        self, queryset: PostQuerySet, name: str, value: str
    ) -> PostQuerySet:
        """The domain's own search."""
        return queryset.search(value)
