# FILE SOLUTION 04
"""Tokens by which whoever was invited sets a password."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from accounts.models import User


class InvitationTokenGenerator(PasswordResetTokenGenerator):
    """Django's, of which a second log-in within the same second makes the token void as well.

    Django leaves out the fraction of a second, for databases that do not store it; ours do.
    """

    key_salt = "authentication.invitation"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.last_login}"


invitation_tokens = InvitationTokenGenerator()
