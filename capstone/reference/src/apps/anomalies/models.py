# FILE SOLUTION 06
"""Attempts to log in, what was unusual about them, and who is kept out for a while."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from anomalies.kinds import Kind
from core import clock


class AttemptQuerySet(models.QuerySet["LoginAttempt"]):
    """Attempts by when they were, and by what came of them."""

    def since(self, moment: datetime) -> Self:
        """After that moment."""
        return self.filter(at__gt=moment)

    def successful(self) -> Self:
        """Log-ins."""
        return self.filter(succeeded=True)

    def failed(self) -> Self:
        """Wrong passwords, and names that are nobody's."""
        return self.filter(succeeded=False)


class LoginAttempt(models.Model):
    """Somebody gave a name and a password, which were compared.

    The name is kept as a keyed digest: it may be a password in the wrong field.
    """

    at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=64, help_text="A digest of what was typed.")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="login_attempts",
    )
    address = models.GenericIPAddressField(
        help_text="Of an IPv6 address that of its /64 network."
    )
    succeeded = models.BooleanField()

    objects = AttemptQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["account", "at"], name="anomalies_attempt_account_idx"
            ),
            models.Index(
                fields=["address", "at"], name="anomalies_attempt_address_idx"
            ),
            models.Index(fields=["at"], name="anomalies_attempt_at_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(succeeded=False) | Q(account__isnull=False),
                name="anomalies_loginattempt_somebody_came_in",
            ),
        ]

    def __str__(self) -> str:
        return f"{'log-in' if self.succeeded else 'failure'} from {self.address}"


class Anomaly(models.Model):
    """Something unusual that was reported."""

    key = models.CharField(
        max_length=200, unique=True, help_text="It is reported once for each key."
    )
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=40)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="login_anomalies",
    )
    address = models.GenericIPAddressField()

    class Meta:
        verbose_name_plural = "anomalies"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]),
                name="anomalies_anomaly_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.address}"


class BlockQuerySet(models.QuerySet["Block"]):
    """Blocks by whether they still hold."""

    def running(self) -> Self:
        """Not over."""
        return self.filter(until__gt=clock.now())


class Block(models.Model):
    """An address or a name from which nobody logs in for a while."""

    subject = models.CharField(max_length=100, unique=True)
    until = models.DateTimeField()

    objects = BlockQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.subject} until {self.until:%Y-%m-%d %H:%M}"
