"""What the API remembers: requests that may be repeated."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from core import clock


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    """Keys by age."""

    def expired(self) -> "IdempotencyKeyQuerySet":
        """So old that a request with the same key is a new one."""
        lifetime = timedelta(hours=settings.IDEMPOTENCY_KEY_HOURS)
        return self.filter(claimed_at__lte=clock.now() - lifetime)


class IdempotencyKey(models.Model):
    """A request that somebody may repeat, and from its end on the answer to it."""

    MAX_LENGTH = 255

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="idempotency_keys",
    )
    key = models.CharField(max_length=MAX_LENGTH)
    fingerprint = models.CharField(
        max_length=64, help_text="Of the request: another request is another print."
    )
    claim = models.UUIDField(
        default=uuid.uuid4, help_text="Of whoever is at work on it, or was."
    )
    claimed_at = models.DateTimeField(default=timezone.now)
    status_code = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    location = models.CharField(max_length=200, blank=True)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"], name="api_idempotencykey_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["claimed_at"], name="api_idempotencykey_age_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.user}"

    @property
    def is_done(self) -> bool:
        """Whether there is an answer."""
        return self.status_code is not None

    @property
    def is_over(self) -> bool:
        """Whether a new request may take the key: it is old, or whoever had it never came back."""
        age = clock.now() - self.claimed_at
        abandoned = timedelta(seconds=settings.IDEMPOTENCY_IN_FLIGHT_SECONDS)
        lifetime = timedelta(hours=settings.IDEMPOTENCY_KEY_HOURS)
        return age >= (lifetime if self.is_done else min(abandoned, lifetime))
