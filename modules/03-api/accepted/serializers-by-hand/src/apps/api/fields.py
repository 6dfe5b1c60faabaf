"""Fields that take a value for what it is, and serializers that say all that is wrong at once."""

from collections.abc import Callable, Mapping
from typing import Any

from api.problems import as_detail
from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import exceptions, serializers


class StrictCharField(serializers.CharField):
    """Text and nothing else: a number is no text."""

    def to_internal_value(self, data: Any) -> str:
        """The text, if it is one."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class LongCharField(StrictCharField):
    """Text that is kept as it is, white space and all."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        super().__init__(**kwargs)


class StrictBooleanField(serializers.BooleanField):
    """`true` or `false`; "true" and 1 are neither."""

    def to_internal_value(self, data: Any) -> bool:
        """The truth value, if it is one."""
        if not isinstance(data, bool):
            self.fail("invalid", input=type(data).__name__)
        return data


class StrictChoiceField(serializers.ChoiceField):
    """One of the texts of a list."""

    def to_internal_value(self, data: Any) -> Any:
        """The choice, if it is a text and one of them."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=type(data).__name__)
        if data not in self.choices:
            self.fail("invalid_choice", input=ascii(data[:50]))
        return data


class StrictIdField(serializers.IntegerField):
    """The number of a row; "7" and `true` are none."""

    def to_internal_value(self, data: Any) -> int:
        """The number, if it is one."""
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class StrictListField(serializers.ListField):
    """A list of texts, and nothing that could be looped over by chance."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """The list, if it is one."""
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        return list(super().to_internal_value(data))


class BodySerializer(serializers.Serializer[Any]):
    """What is sent. It gathers right values and wrong fields side by side."""

    def gather(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """(values, errors) of the fields that were sent."""
        data = self.initial_data
        if not isinstance(data, Mapping):
            error = exceptions.ErrorDetail("Send a JSON object.", code="invalid")
            raise exceptions.ValidationError({"non_field_errors": [error]})
        values: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for field in self._writable_fields:
            try:
                value = field.run_validation(field.get_value(data))
                check = getattr(self, f"validate_{field.field_name}", None)
                values[field.field_name] = check(value) if check else value
            except exceptions.ValidationError as exc:
                errors[field.field_name] = exc.detail
            except DjangoValidationError as exc:
                errors[field.field_name] = [detail for details in as_detail(exc).values() for detail in details]
            except serializers.SkipField:
                continue
        return values, errors

    def values_for(self, check: Callable[[dict[str, Any], set[str]], None] | None = None) -> dict[str, Any]:
        """The values, or a refusal that names what the fields and what the model say is wrong.

        `check(values, wrong)` raises what the model says about the rest. It is asked only where a
        field is wrong already, because otherwise the service asks.
        """
        values, errors = self.gather()
        if not errors:
            return values
        if check is not None:
            try:
                check(values, set(errors))
            except DjangoValidationError as exc:
                for field, details in as_detail(exc).items():
                    errors.setdefault(field, details)
        raise exceptions.ValidationError(errors)
