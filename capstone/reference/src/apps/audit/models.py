# FILE SOLUTION 04
"""One line of the audit log."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models


class AppendOnlyError(Exception):
    """Somebody tried to change what is written for good."""


class AuditEntry(models.Model):
    """Who did what to which object, when and from where. Written once; the database insists.

    An entry outlives whom and what it is about: neither is a constraint in the database, and names
    are kept as they were.
    """

    created_at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="audit_entries",
        help_text="Who did it; nobody, if it was not known.",
    )
    actor_name = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=40)
    object_type = models.CharField(
        max_length=100, blank=True, help_text="The model, as in posts.post."
    )
    object_id = models.CharField(max_length=64, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(
                fields=["object_type", "object_id"], name="audit_auditentry_object_idx"
            ),
            models.Index(fields=["request_id"], name="audit_auditentry_request_idx"),
            models.Index(fields=["created_at"], name="audit_auditentry_created_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name or 'somebody'} {self.action} {self.object_type} {self.object_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save a new entry; an old one stays as it is."""
        if not self._state.adding:
            raise AppendOnlyError("An audit entry is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("An audit entry is never deleted.")


# BEGIN SOLUTION 06
class AuditLink(models.Model):
    """An entry's place in the hash chain, by which tampering shows: see `audit.chain`.

    A table of its own, so that the log itself is neither altered nor rewritten, and a version of
    the application that knows no chain can go on writing while it is replaced.
    """

    position = models.PositiveBigIntegerField(
        primary_key=True, help_text="1 for the first; without gaps."
    )
    entry = models.OneToOneField(
        AuditEntry,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="link",
    )
    previous = models.CharField(
        max_length=64, unique=True, help_text="The digest before it."
    )
    digest = models.CharField(
        max_length=64,
        unique=True,
        help_text="SHA-256 over the entry, its position and the digest before it.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(position__gte=1), name="audit_auditlink_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"


# END
