# FILE SOLUTION 05
"""What is over is deleted, once nothing asks for it any more."""

from django.conf import settings
from django.contrib.sessions.models import Session as CookieSession
from django.db import transaction
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from authentication.models import Session
from core import clock


@transaction.atomic
def forget_expired_sessions() -> int:
    """Delete tokens that have expired, and sessions that are too old to go on; how many rows.

    A token that expired is refused for that alone, and the session it names with it.
    """
    now = clock.now()
    oldest = (
        now - settings.SESSION_LIFETIME - settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    )
    expired = (
        OutstandingToken.objects.filter(expires_at__lt=now),
        Session.objects.filter(created_at__lt=oldest),
        CookieSession.objects.filter(expire_date__lt=now),
    )
    return sum(rows.delete()[0] for rows in expired)
