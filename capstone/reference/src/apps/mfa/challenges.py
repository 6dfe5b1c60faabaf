# FILE SOLUTION 06
"""The first step of a log-in as a text that the second one brings back."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from authentication.second_step import Challenge

SALT = "mfa.challenge"
# 19 digits are the longest id, and 64 those of a digest; what is much longer is not read.
MAX_LENGTH = 512


def issue_challenge(user: User) -> Challenge:
    """For whoever has shown the password: good for MFA_CHALLENGE_SECONDS, and for no request."""
    content = {"user": user.pk, "state": _state(user)}
    return {
        "challenge": signing.dumps(content, salt=SALT),
        "expires_in": int(settings.MFA_CHALLENGE_SECONDS),
    }


def read_challenge(text: str) -> User | None:
    """Whose it is, as long as the account is in use, with the password and sessions of then."""
    content = _content(text)
    if content is None:
        return None
    user = User.objects.filter(pk=content["user"], is_active=True).first()
    is_current = user and constant_time_compare(content["state"], _state(user))
    return user if is_current else None


def _content(text: str) -> dict[str, Any] | None:
    if len(text) > MAX_LENGTH:
        return None
    try:
        content: dict[str, Any] = signing.loads(
            text, salt=SALT, max_age=settings.MFA_CHALLENGE_SECONDS
        )
    except signing.BadSignature:
        return None
    return content


def _state(user: User) -> str:
    """Another one after a change of the password, or a log-out everywhere."""
    return salted_hmac(
        SALT, user.get_session_auth_hash(), algorithm="sha256"
    ).hexdigest()
