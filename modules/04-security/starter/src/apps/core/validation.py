"""Rules that more than one model has."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.db.models.lookups import Exact


def refuse_taken(instance: models.Model, field_name: str) -> None:
    """ValidationError on the field if another row has its value, upper and lower case alike.

    The constraint in the database says the same; this says it beside the right field of a form.
    """
    value = models.Value(getattr(instance, field_name))
    others = type(instance)._default_manager.exclude(pk=instance.pk)
    if others.filter(Exact(Lower(field_name), Lower(value))).exists():
        name = instance._meta.verbose_name
        message = f"Another {name} has this {field_name}, perhaps in other capitals."
        raise ValidationError({field_name: ValidationError(message, code="unique")})


def is_blank(text: str | None) -> bool:
    """Whether there is nothing to read."""
    return not (text and text.strip())
