# FILE SOLUTION 06
"""The second factor as log-ins see it."""

from accounts.models import User
from authentication.second_step import Challenge
from mfa.challenges import issue_challenge
from mfa.checking import check_code, confirmed_factor


class CodeStep:
    """A code of an app, or a recovery code; it is an `authentication.second_step.SecondStep`."""

    def challenge(self, user: User) -> Challenge | None:
        """For whoever has a second factor that is confirmed."""
        return issue_challenge(user) if confirmed_factor(user) else None

    def accepts(self, user: User, code: str) -> bool:
        """See `mfa.checking.check_code`."""
        factor = confirmed_factor(user)
        return factor is not None and bool(check_code(factor=factor, code=code))
