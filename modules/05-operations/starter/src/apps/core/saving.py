"""How a service saves: checked first, and with a word for whoever loses a race."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction


def clean_and_save(row: models.Model, *, unchecked: Iterable[str] = ()) -> None:
    """Check the row, but for the unchecked fields, and save it. Raises ValidationError.

    What the row's own `clean()` says of an unchecked field does not count either.

    Between our look and our save somebody else may take a name. Then the database refuses, and a
    second look finds what it refuses; what that cannot explain stays an IntegrityError.
    """
    _clean(row, set(unchecked))
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        _clean(row, set(unchecked))
        raise


def _clean(row: models.Model, unchecked: set[str]) -> None:
    try:
        row.full_clean(exclude=unchecked)
    except ValidationError as refusal:
        problems = {
            name: errors
            for name, errors in refusal.error_dict.items()
            if name not in unchecked
        }
        if problems:
            raise ValidationError(problems) from None
