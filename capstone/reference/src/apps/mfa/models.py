# FILE SOLUTION 06
"""An account's second factor, and the codes for when it is lost."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import TimeStamped

# Before the first code; counters of RFC 4226 begin at 0.
NO_COUNTER = -1


class SecondFactor(TimeStamped):
    """A shared secret of RFC 6238. It counts once a code has shown that its owner has it too."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor"
    )
    secret = models.TextField(help_text="Encrypted: see mfa.encryption.")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_counter = models.BigIntegerField(
        default=NO_COUNTER,
        help_text="Of the last code that was accepted: it and all before it are spent.",
    )
    failures = models.PositiveSmallIntegerField(
        default=0,
        help_text="Wrong codes since the last right one or the last lock-out.",
    )
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(last_counter__gt=NO_COUNTER),
                name="mfa_secondfactor_confirmed_by_a_code",
            ),
        ]

    def __str__(self) -> str:
        return f"of {self.user}"

    @property
    def is_confirmed(self) -> bool:
        """Whether it is asked for at log-in."""
        return self.confirmed_at is not None

    def seconds_locked(self, now: datetime) -> float:
        """For how long no code is compared; 0 if one is."""
        if self.locked_until is None:
            return 0
        return max(0, (self.locked_until - now).total_seconds())


class RecoveryCode(models.Model):
    """Good for one log-in without the second factor. Stored as a digest."""

    factor = models.ForeignKey(
        SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.factor}, {'used' if self.used_at else 'unused'}"
