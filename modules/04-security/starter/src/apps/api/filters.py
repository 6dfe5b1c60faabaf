"""Filters of more than one list. What they cannot understand is refused, never ignored."""

import re
from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Subquery
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field


class StrictForm(forms.Form):
    """An empty text finds everything; an empty anything else is a mistake."""

    def clean(self) -> dict[str, Any]:
        """Refuse a parameter that is there and says nothing."""
        for name, field in self.fields.items():
            if self.data.get(name) == "" and type(field) is not forms.CharField:
                self.add_error(name, forms.ValidationError("Empty.", code="invalid"))
        return self.cleaned_data


@extend_schema_field(OpenApiTypes.INT64)
class IdFilter(django_filters.NumberFilter):
    """Rows that point to this id; none where there is no such id."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=-(2**63), max_value=2**63 - 1, **kwargs)


@extend_schema_field(OpenApiTypes.BOOL)
class StrictBooleanFilter(django_filters.TypedChoiceFilter):
    """`true` or `false`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = [("true", "true"), ("false", "false")]
        kwargs |= {"choices": choices, "coerce": lambda value: value == "true"}
        super().__init__(*args, **kwargs)


class RelatedFilter(django_filters.CharFilter):
    """Rows that point to the one row with this value, such as the author with a username.

    The one row is found first, in a subquery, so that an index by that column and by the order of
    the list gives a page without sorting; a join would have to sort all that it finds.
    """

    def __init__(self, *args: Any, related: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.related = related

    def filter(self, qs: Any, value: Any) -> Any:
        """All rows for an empty value, none where there is no such row."""
        if not value:
            return qs
        rows = qs.model._meta.get_field(self.field_name).related_model._base_manager
        found = rows.filter(**{self.related: value}).values("pk")[:1]
        return qs.filter(**{self.field_name: Subquery(found)})


# RFC 3339: a moment, not a day, and of which clock.
MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.A
)


class TimestampField(forms.CharField):
    """A moment by RFC 3339 that also exists in the time zone of the database."""

    def to_python(self, value: Any) -> Any:
        """The moment, in UTC."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            if MOMENT.fullmatch(text):
                return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):  # the 30th of February, the end of time
            pass
        message = "A moment such as 2026-11-02T08:30:00Z."
        raise forms.ValidationError(message, code="invalid")


@extend_schema_field(OpenApiTypes.DATETIME)
class TimestampFilter(django_filters.Filter):
    """Rows before or after a moment."""

    field_class = TimestampField


class Ordering(django_filters.OrderingFilter):
    """In this order, and among equals always in the same, so that no page repeats or omits any."""

    def filter(self, qs: Any, value: Any) -> Any:
        """Ordered; as it was where nothing is asked."""
        ordered = super().filter(qs, value)
        return ordered.order_by(*ordered.query.order_by, "-pk") if value else ordered
