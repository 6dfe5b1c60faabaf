"""A session: one log-in and all the tokens that came from it."""

from typing import Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.utils.crypto import constant_time_compare

from core import clock
from core.models import TimeStamped


class SessionQuerySet(models.QuerySet["Session"]):
    """Sessions by whether they still count."""

    def active(self) -> Self:
        """Neither ended nor too old."""
        begin = clock.now() - settings.SESSION_LIFETIME
        return self.filter(ended_at__isnull=True, created_at__gt=begin)

    def named(self, claim: object) -> Self:
        """The running one that a token names, if any."""
        try:
            return self.active().filter(pk=UUID(str(claim)))
        except ValueError:
            return self.none()

    def of_token(self, claim: object) -> "Session | None":
        """The running one that a token names, if its owner is still as they were at log-in."""
        session = self.named(claim).select_related("user").first()
        return session if session and session.matches_account() else None


class Session(TimeStamped):
    """Tokens carry its key and count only as long as it runs, so that ending it is felt at once."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions"
    )
    auth_hash = models.CharField(
        max_length=64, editable=False, help_text="The user's, as it was at log-in."
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user} since {self.created_at:%Y-%m-%d %H:%M}"

    def matches_account(self) -> bool:
        """Whether the account is in use, with the password and the epoch of the log-in."""
        return self.user.is_active and constant_time_compare(
            self.auth_hash, self.user.get_session_auth_hash()
        )
