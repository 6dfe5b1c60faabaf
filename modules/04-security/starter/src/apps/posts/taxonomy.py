"""What editors and admins do with categories and tags. Each service is one transaction."""

from typing import TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.access import AnyUser, is_editorial
from core.saving import clean_and_save
from posts.models import Category, Tag


class LabelChanges(TypedDict, total=False):
    """What a caller may say about a category, and but for the description about a tag."""

    name: str
    description: str


@transaction.atomic
def save_label[Label: (Category, Tag)](
    *, label: Label, by: AnyUser, **given: Unpack[LabelChanges]
) -> Label:
    """Save a new or a changed one. Raises PermissionDenied, ValidationError."""
    _require_editorial(by)
    for name, value in given.items():
        setattr(label, name, value)
    clean_and_save(label)
    return label


@transaction.atomic
def delete_label(*, label: Category | Tag, by: AnyUser) -> None:
    """Delete it; posts go on without. Raises PermissionDenied."""
    _require_editorial(by)
    label.delete()


def _require_editorial(by: AnyUser) -> None:
    if not is_editorial(by):
        raise PermissionDenied("Only editors and admins look after labels.")
