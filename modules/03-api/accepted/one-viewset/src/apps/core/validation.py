"""Rules that more than one model has."""

from collections.abc import Iterable

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


def problems(instance: models.Model, *, ignore: Iterable[str] = ()) -> dict[str, list[ValidationError]]:
    """What `full_clean()` has to say about it, by field, in as few questions as possible.

    Left out is what costs a statement and cannot be wrong by now: that the rows are there that it
    points to, that the slug it keeps is its own, and the constraints, each of which `clean()`
    states as well. `ignore` names the fields whose rules somebody has looked after already.
    """
    settled = {field.name for field in instance._meta.fields if field.is_relation or field.name == "slug"}
    try:
        instance.full_clean(exclude={*settled, *ignore}, validate_constraints=False)
    except ValidationError as refusal:
        return {name: found for name, found in refusal.error_dict.items() if name not in ignore}
    return {}
