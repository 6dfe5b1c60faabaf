"""Moderation."""

from django.core.exceptions import PermissionDenied
from django.db import transaction


@transaction.atomic
def moderate_comment(*, comment, by, status):
    if not comment.can_be_moderated_by(by):
        raise PermissionDenied("This is not yours to decide.")
    comment.status = status
    comment.clean_fields()
    comment.save()
    return comment
