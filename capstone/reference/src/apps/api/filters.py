# FILE SOLUTION 03
"""Filters of more than one list. What they cannot understand is refused, never ignored."""

from datetime import UTC
from typing import Any

import django_filters
from django import forms
from django_filters.fields import IsoDateTimeField
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field


@extend_schema_field(OpenApiTypes.INT64)
class IdFilter(django_filters.NumberFilter):
    """Rows that point to this id; none where there is no such id."""

    field_class = forms.IntegerField


@extend_schema_field(OpenApiTypes.BOOL)
class TruthFilter(django_filters.TypedChoiceFilter):
    """`true` or `false`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = [("true", "true"), ("false", "false")]
        kwargs |= {"choices": choices, "coerce": lambda value: value == "true"}
        super().__init__(*args, **kwargs)


class MomentField(IsoDateTimeField):
    """A moment that also exists in the time zone of the database."""

    def to_python(self, value: Any) -> Any:
        """The moment, in UTC."""
        moment = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError as beyond:
            raise forms.ValidationError(
                self.error_messages["invalid"], code="invalid"
            ) from beyond


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentFilter(django_filters.IsoDateTimeFilter):
    """Rows before or after a moment."""

    field_class = MomentField


class Ordering(django_filters.OrderingFilter):
    """In this order, and among equals always in the same, so that no page repeats or omits any."""

    def filter(self, qs: Any, value: Any) -> Any:
        """Ordered; as it was where nothing is asked."""
        ordered = super().filter(qs, value)
        return ordered.order_by(*ordered.query.order_by, "-pk") if value else ordered
