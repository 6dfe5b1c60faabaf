"""Requests that are answered once, however often they are sent."""

from django.conf import settings
from django.db import models


class IdempotencyKey(models.Model):
    """A key that somebody sent, the body it came with, and the first answer once there is one."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="idempotency_keys",
    )
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    claim = models.UUIDField(help_text="Whose attempt it is; a later one takes over.")
    started_at = models.DateTimeField(db_index=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    location = models.CharField(max_length=200, blank=True, default="")
    body = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="api_idempotencykey_user_key_unique"),
        ]

    def __str__(self) -> str:
        return self.key
