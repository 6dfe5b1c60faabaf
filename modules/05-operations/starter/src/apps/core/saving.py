"""How a service saves: checked first, and with a word for whoever loses a race."""

from collections.abc import Iterable

from django.db import IntegrityError, models, transaction


def clean_and_save(row: models.Model, *, unchecked: Iterable[str] = ()) -> None:
    """Check the row, but for the unchecked fields, and save it. Raises ValidationError.

    Between our look and our save somebody else may take a name. Then the database refuses, and a
    second look finds what it refuses; what that cannot explain stays an IntegrityError.
    """
    row.full_clean(exclude=unchecked)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        row.full_clean(exclude=unchecked)
        raise
