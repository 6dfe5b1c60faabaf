"""The parameters of the list of posts."""

from typing import Any

import django_filters
from accounts.models import User
from accounts.names import stored_username
from api.filters import Filters, TextFilter, TimeFilter, orders
from django.db.models import QuerySet, Subquery
from posts.choices import PostStatus
from posts.models import Category, Post


class PostFilters(Filters):
    """What the brief names, joined by *and*."""

    status = django_filters.ChoiceFilter(choices=PostStatus.choices)
    author = TextFilter(method="of_author")
    category = TextFilter(method="in_category")
    tag = TextFilter(method="with_tag")
    published_after = TimeFilter(field_name="published_at", lookup_expr="gte")
    published_before = TimeFilter(field_name="published_at", lookup_expr="lt")
    search = TextFilter(method="with_text")
    ordering = django_filters.ChoiceFilter(
        choices=orders("published_at", "created_at", "title"),
        method="in_order",
    )

    class Meta:
        model = Post
        fields: list[str] = []

    def of_author(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By username, in the form in which it is stored."""
        username = stored_username(value)
        author = User.objects.filter(username=username)
        return rows.filter(author_id=Subquery(author.values("pk")[:1]))

    def in_category(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By slug."""
        category = Category.objects.filter(slug=value)
        return rows.filter(category_id=Subquery(category.values("pk")[:1]))

    def with_tag(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        """By slug."""
        found: QuerySet[Any] = rows.tagged(value)
        return found

    def with_text(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        """The queryset's verb."""
        found: QuerySet[Any] = rows.search(value)
        return found

    def in_order(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """As asked, and the higher id first among equals."""
        return rows.order_by(value, "-pk")
