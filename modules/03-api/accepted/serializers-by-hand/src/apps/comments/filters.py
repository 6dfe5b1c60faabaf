"""The parameters of the list of comments."""

from typing import Any

import django_filters
from accounts.models import User
from accounts.names import stored_username
from api.filters import Filters, NumberFilter, TextFilter
from comments.models import Comment
from core.choices import CommentStatus
from django.db.models import QuerySet, Subquery


class CommentFilters(Filters):
    """What the brief names, joined by *and*."""

    post = NumberFilter(field_name="post_id")
    author = TextFilter(method="of_author")
    status = django_filters.ChoiceFilter(choices=CommentStatus.choices)

    class Meta:
        model = Comment
        fields: list[str] = []

    def of_author(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By username, in the form in which it is stored."""
        author = User.objects.filter(username=stored_username(value))
        return rows.filter(author_id=Subquery(author.values("pk")[:1]))
