"""What the API has to remember."""

from django.conf import settings
from django.db import models


class IdempotencyKey(models.Model):
    """A request that somebody may send again, and how it was answered."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DB_CASCADE,
        related_name="idempotency_keys",
    )
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    # Whose turn it is: another request that takes over a lost one has another turn.
    turn = models.UUIDField()
    began_at = models.DateTimeField(db_index=True)
    # Empty as long as there is no answer; JSON: {"status", "body", "location"}.
    answer = models.TextField(blank=True)

    is_same: bool  # of claim()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="api_idempotencykey_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.user_id}"
