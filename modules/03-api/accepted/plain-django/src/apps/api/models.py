"""What the API itself remembers: answers to requests that may come again."""

from django.conf import settings
from django.db import models


class IdempotencyKey(models.Model):
    """A request that somebody gave a name to, and its answer once there is one."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="idempotency_keys",
    )
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    claim = models.CharField(max_length=32)  # of the process that works on it
    claimed_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.TextField(blank=True)
    location = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="api_idempotencykey_unique"),
        ]
        indexes = [
            models.Index(fields=["claimed_at"], name="api_idempotencykey_claimed_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of user {self.user_id}"
