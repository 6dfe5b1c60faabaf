"""Filters that refuse what makes no sense. Parameters that nobody named are not looked at."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import django_filters
from api.pagination import NUMBER
from django import forms
from django.core.exceptions import ValidationError

TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}):([0-9]{2})(\.[0-9]+)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class TextField(forms.CharField):
    """Text as it was sent, white space at its ends included."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["strip"] = False
        super().__init__(*args, **kwargs)


class NumberField(forms.Field):
    """A whole number in plain digits."""

    def to_python(self, value: Any) -> int | None:
        """The number."""
        if value in self.empty_values:
            return None
        if not NUMBER.fullmatch(value):
            raise ValidationError("Send a whole number.", code="invalid")
        return int(value)


class TruthField(forms.Field):
    """`true` or `false`, and nothing like them."""

    def to_python(self, value: Any) -> bool | None:
        """The truth value."""
        if value in self.empty_values:
            return None
        if value not in ("true", "false"):
            raise ValidationError("Send true or false.", code="invalid")
        return bool(value == "true")


class TimeField(forms.Field):
    """A time of RFC 3339 with its offset."""

    def to_python(self, value: Any) -> datetime | None:
        """The time in UTC."""
        if value in self.empty_values:
            return None
        match = TIME.fullmatch(value)
        if match is None:
            raise ValidationError("Send a time with an offset.", code="invalid")
        day, minute, second, fraction, offset = match.groups()
        leap = second == "60"
        text = f"{day}T{minute}:{'59' if leap else second}{fraction or ''}{offset.upper()}"
        try:
            time = datetime.fromisoformat(text)
        except ValueError as exc:
            raise ValidationError("There is no such time.", code="invalid") from exc
        try:
            return time.astimezone(UTC) + timedelta(seconds=leap)
        except OverflowError:
            edge = datetime.min if time.year == 1 else datetime.max
            return edge.replace(tzinfo=UTC)


class TextFilter(django_filters.CharFilter):
    """Text; an empty one finds everything."""

    field_class = TextField
    may_be_empty = True


class NumberFilter(django_filters.Filter):
    """A whole number."""

    field_class = NumberField


class TruthFilter(django_filters.Filter):
    """A truth value."""

    field_class = TruthField


class TimeFilter(django_filters.Filter):
    """A time."""

    field_class = TimeField


class Filters(django_filters.FilterSet):
    """What all have in common: an empty parameter is refused unless it may be empty."""

    def is_valid(self) -> bool:
        """Whether every parameter makes sense."""
        fine = bool(super().is_valid())
        for name, single in self.filters.items():
            empty = name in self.data and self.data[name] == ""
            if empty and not getattr(single, "may_be_empty", False):
                self.form.add_error(name, ValidationError("It is empty.", code="required"))
                fine = False
        return fine


def orders(*names: str) -> list[tuple[str, str]]:
    """The values of `ordering`."""
    return [(way + name, way + name) for name in names for way in ("", "-")]
