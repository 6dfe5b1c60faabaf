"""What time it is, asked in one place: who sets the clock, in a test or a replay, sets it here."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """This moment, with its time zone."""
    return timezone.now()
