# FILE SOLUTION 02
"""What time it is, asked in one place: who sets the clock, in a test or a replay, sets it here."""

from datetime import datetime

# BEGIN SOLUTION 06
from typing import Protocol, cast

from django.conf import settings

# END
from django.utils import timezone

# BEGIN SOLUTION 06
from django.utils.module_loading import import_string


class Clock(Protocol):
    """What the setting `CLOCK` names, by a class that is called without arguments."""

    def now(self) -> datetime:
        """This moment, with its time zone."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """This moment, in UTC."""
        return timezone.now()


# END
def now() -> datetime:
    """This moment, with its time zone."""
    # BEGIN BEFORE 06
    # return timezone.now()
    # END
    # BEGIN SOLUTION 06
    return cast(Clock, import_string(settings.CLOCK)()).now()
    # END
