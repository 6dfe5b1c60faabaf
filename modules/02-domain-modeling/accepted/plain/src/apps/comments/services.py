from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction


@transaction.atomic
def moderate_comment(*, comment, by, status):
    if not comment.can_be_moderated_by(by):
        raise PermissionDenied
    if status not in ("pending", "approved", "rejected"):
        raise ValidationError("unknown status")
    comment.status = status
    comment.save(update_fields=["status", "updated_at"])
    return comment
