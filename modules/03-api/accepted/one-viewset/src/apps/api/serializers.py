"""Serializers that take nothing for what it is not, and that let the model judge the rest."""

from collections.abc import Mapping
from typing import Any

from api.problems import of_domain
from core.validation import problems
from django.db import models
from django.db.models import Model
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import SkipField
from rest_framework.settings import api_settings
from rest_framework.validators import UniqueValidator


def is_storable(text: str) -> bool:
    """Whether a database can hold the text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


class Text(serializers.CharField):
    """A text, as it was sent: a number is none."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        super().__init__(**kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The text; what is blank is for the model to judge."""
        if data is not serializers.empty and data is not None:
            if not isinstance(data, str):
                self.fail("invalid")
            if data == "":
                return data
        return super().run_validation(data)


class Truth(serializers.BooleanField):
    """`true` or `false`."""

    def to_internal_value(self, data: Any) -> bool:
        """Nothing else is either."""
        if data is not True and data is not False:
            self.fail("invalid", input=data)
        return bool(data)


class Choice(serializers.ChoiceField):
    """One of several texts."""

    def to_internal_value(self, data: Any) -> Any:
        """A number that looks like one of them is none."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Reference(serializers.RelatedField):
    """Another row, by a value of its own: a text, or a whole number."""

    default_error_messages = {
        "invalid": "This is not what such a reference looks like.",
        "does_not_exist": "There is no such thing.",
    }

    def __init__(self, key: str, kind: type = str, **kwargs: Any) -> None:
        self.key, self.kind = key, kind
        super().__init__(**kwargs)

    def use_pk_only_optimization(self) -> bool:
        """What is written is all of the row, if it is not found by its id."""
        return self.key == "pk"

    def to_representation(self, value: Any) -> Any:
        """The value."""
        return getattr(value, self.key)

    def to_internal_value(self, data: Any) -> Any:
        """The row, if it exists."""
        if type(data) is not self.kind:
            self.fail("invalid")
        if isinstance(data, str) and not is_storable(data):
            self.fail("does_not_exist")
        row = self.get_queryset().filter(**{self.key: data}).first()
        if row is None:
            self.fail("does_not_exist")
        return row

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """An empty text is a reference to nothing, not the absence of one."""
        if data == "":
            self.fail("does_not_exist")
        return super().run_validation(data)


class References(serializers.Field):
    """Several other rows by their slugs, looked up at once, written in the order of the slugs."""

    default_error_messages = {
        "not_a_list": "This is a list of slugs.",
        "invalid": "A slug is a text.",
        "does_not_exist": "There is no such thing.",
    }

    def __init__(self, model: type[Any], **kwargs: Any) -> None:
        self.model = model
        super().__init__(**kwargs)

    def get_attribute(self, instance: Any) -> list[str]:
        """The slugs; of what was just stored without asking again."""
        rows = instance.__dict__.get(f"stored_{self.source}")
        if rows is None:
            rows = getattr(instance, self.source).all()
        return sorted(row.slug for row in rows)

    def to_representation(self, value: list[str]) -> list[str]:
        """As they are."""
        return value

    def to_internal_value(self, data: Any) -> list[Any]:
        """The rows, each once."""
        if not isinstance(data, list):
            self.fail("not_a_list")
        asked = {slug for slug in data if isinstance(slug, str) and is_storable(slug)}
        rows = self.model.objects.filter(slug__in=asked) if asked else ()
        found = {row.slug: row for row in rows}
        errors = {}
        for index, slug in enumerate(data):
            if not isinstance(slug, str):
                code = "invalid"
            elif slug not in found:
                code = "does_not_exist"
            else:
                continue
            errors[index] = [ErrorDetail(self.error_messages[code], code)]
        if errors:
            raise ValidationError(errors)
        return list(found.values())


class DomainSerializer(serializers.ModelSerializer):
    """Reads types strictly, and has the model say what is wrong beyond them.

    What is sent is put into the object itself, the stored one or a new one, and `full_clean()` of
    the model is asked; everything that is wrong comes out at once.
    """

    # Fields of a stored object whose rules were for those who began it.
    settled_when_stored: tuple[str, ...] = ()

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: Text,
        models.TextField: Text,
        models.EmailField: Text,
        models.BooleanField: Truth,
    }
    serializer_choice_field = Choice

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        """What only the database knows is asked once, by the model."""
        kind, kwargs = super().build_standard_field(field_name, model_field)
        kwargs["validators"] = [one for one in kwargs.get("validators", []) if not isinstance(one, UniqueValidator)]
        if not kwargs["validators"]:
            del kwargs["validators"]
        return kind, kwargs

    def new(self) -> Model:
        """What a new object has before anybody has said anything."""
        return self.Meta.model()

    def refusals(self, values: dict[str, Any]) -> dict[str, list[ErrorDetail]]:
        """What may not be sent, by whoever asks and about this object."""
        return {}

    def before_save(self, instance: Any) -> None:
        """What follows from a change."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The values; ValidationError with everything that is wrong."""
        if not isinstance(data, Mapping):
            message = "The body is one JSON object."
            key = api_settings.NON_FIELD_ERRORS_KEY
            raise ValidationError({key: [ErrorDetail(message, "invalid")]})
        values: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for field in self._writable_fields:
            try:
                values[field.source] = field.run_validation(field.get_value(data))
            except ValidationError as error:
                errors[field.field_name] = error.detail
            except SkipField:
                pass
        for name, found in self.refusals(values).items():
            errors.setdefault(name, found)
        instance = self.new() if self.instance is None else self.instance
        many = {field.name for field in instance._meta.many_to_many}
        for name, value in values.items():
            if name not in many:
                setattr(instance, name, value)
        settled = self.settled_when_stored if self.instance is not None else ()
        judged = problems(instance, ignore={*errors, *settled})
        errors = {**of_domain(judged), **errors}
        if errors:
            raise ValidationError(errors)
        self.judged = instance
        return values

    def save(self, **kwargs: Any) -> Any:
        """Store what was judged, and its lists."""
        instance = self.judged
        is_new = instance._state.adding
        self.before_save(instance)
        instance.save()
        for field in instance._meta.many_to_many:
            if field.name in self.validated_data:
                after = self.validated_data[field.name]
                manager = getattr(instance, field.name)
                before = [] if is_new else list(manager.all())
                if gone := [row for row in before if row not in after]:
                    manager.remove(*gone)
                if come := [row for row in after if row not in before]:
                    manager.add(*come)
                setattr(instance, f"stored_{field.name}", after)
        self.instance = instance
        return instance
