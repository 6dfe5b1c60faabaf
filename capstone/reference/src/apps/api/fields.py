# FILE SOLUTION 03
"""Fields that take a value for what it is: 5 is no text, "true" is no truth, "7" is no number."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class TextField(serializers.CharField):
    """A string, and nothing that could be written as one."""

    def to_internal_value(self, data: Any) -> str:
        """The text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class BooleanField(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        """The truth."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field(OpenApiTypes.INT64)
class IdField[Row: models.Model](serializers.PrimaryKeyRelatedField[Row]):
    """Another row, by its id."""

    def to_internal_value(self, data: Any) -> Row:
        """The row."""
        if not isinstance(data, int):
            self.fail("incorrect_type", data_type=type(data).__name__)
        return super().to_internal_value(data)  # type: ignore[arg-type]


class SlugField[Row: models.Model](serializers.SlugRelatedField[Row]):
    """Another row, by its slug."""

    def to_internal_value(self, data: Any) -> Row:
        """The row. No database is asked for NUL: PostgreSQL takes that for our mistake."""
        if not isinstance(data, str):
            self.fail("invalid")
        if "\0" in data:
            self.fail("does_not_exist", slug_name=self.slug_field, value=data)
        return super().to_internal_value(data)


class SlugListField(serializers.ManyRelatedField):
    """Other rows, by a list of their slugs; an object is no list, though it has members."""

    def to_internal_value(self, data: Any) -> Iterable[Any]:
        """The rows."""
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        return super().to_internal_value(data)


class StrictSerializer[Row: models.Model](serializers.ModelSerializer[Row]):
    """A model's serializer with these fields."""

    serializer_field_mapping: ClassVar[Any] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: TextField,
        models.TextField: TextField,
        models.BooleanField: BooleanField,
    }
