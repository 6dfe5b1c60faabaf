# FILE SOLUTION 06
"""What is unusual about a log-in."""

from enum import StrEnum, auto


class Kind(StrEnum):
    """Its value is its name in lower case: in metrics, mails, the audit log and settings."""

    NEW_ADDRESS = auto()
    IMPOSSIBLE_RATE = auto()
    CREDENTIAL_STUFFING = auto()
