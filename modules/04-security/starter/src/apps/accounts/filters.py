"""How people are found."""

import django_filters
from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.roles import Role
from api.filters import Ordering, StrictBooleanFilter, StrictForm


class UserFilter(django_filters.FilterSet):
    """People by role, by whether their account is in use, and by name."""

    role = django_filters.ChoiceFilter(choices=Role.choices)
    is_active = StrictBooleanFilter()
    search = django_filters.CharFilter(
        method="filter_search", help_text="In the username or the email."
    )
    ordering = Ordering(fields=("username", "created_at"))

    class Meta:
        model = User
        form = StrictForm
        fields = ()

    def filter_search(
        self, queryset: QuerySet[User], name: str, value: str
    ) -> QuerySet[User]:
        """With this text, in whatever capitals."""
        name = User.normalize_username(value)
        return queryset.filter(Q(username__icontains=name) | Q(email__icontains=value))
