"""The parameters of the list of accounts."""

from typing import Any

import django_filters
from accounts.models import User
from accounts.names import stored_username
from accounts.roles import Role
from api.filters import Filters, TextFilter, TruthFilter, orders
from django.db.models import Q, QuerySet


class UserFilters(Filters):
    """What the brief names, joined by *and*."""

    role = django_filters.ChoiceFilter(choices=Role.choices)
    is_active = TruthFilter(field_name="is_active")
    search = TextFilter(method="with_text")
    ordering = django_filters.ChoiceFilter(choices=orders("username", "created_at"), method="in_order")

    class Meta:
        model = User
        fields: list[str] = []

    def with_text(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """In the username, in the form in which it is stored, or in the address."""
        return rows.filter(Q(username__icontains=stored_username(value)) | Q(email__icontains=value))

    def in_order(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """As asked, and by id among equals."""
        return rows.order_by(value, "pk")
