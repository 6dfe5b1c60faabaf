# FILE SOLUTION 06
"""What a log-in asks of a second factor, whichever it is: settings.SECOND_STEP names it."""

from typing import Protocol, TypedDict, cast

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User


class Challenge(TypedDict):
    """What whoever has shown the password gets: to be brought back in `expires_in` seconds."""

    challenge: str
    expires_in: int


class SecondStep(Protocol):
    """A second factor as log-ins see it."""

    def challenge(self, user: User) -> Challenge | None:
        """What this person has to answer beside the password; None if nothing."""

    def accepts(self, user: User, code: str) -> bool:
        """Whether the code is theirs, and it is spent with this. A wrong one is counted."""


def second_step() -> SecondStep:
    """The one that the settings name."""
    return cast(SecondStep, import_string(settings.SECOND_STEP)())
