# FILE SOLUTION 04
"""What is worth remembering."""

from enum import StrEnum, auto


class Action(StrEnum):
    """The verb of an entry: what was done to its object. Its value is its name in lower case.

    No choices of the column, which takes what a later version writes without a migration.
    """

    LOGGED_IN = auto()
    LOGIN_FAILED = auto()
    LOCKED_OUT = auto()
    LOGGED_OUT = auto()
    LOGGED_OUT_EVERYWHERE = auto()
    TOKEN_REUSED = auto()
    REGISTERED = auto()
    PASSWORD_CHANGED = auto()
    CREATED = auto()
    INVITED = auto()
    ROLE_CHANGED = auto()
    PRIVILEGES_CHANGED = auto()
    DEACTIVATED = auto()
    REACTIVATED = auto()
    DELETED = auto()
    PUBLISHED = auto()
    ARCHIVED = auto()
    MODERATED = auto()
    # BEGIN SOLUTION 06
    CHAINED = auto()
    MFA_ENROLLED = auto()
    MFA_CONFIRMED = auto()
    MFA_FAILED = auto()
    MFA_LOCKED_OUT = auto()
    MFA_RECOVERY_CODE_USED = auto()
    MFA_RECOVERY_CODES_RENEWED = auto()
    MFA_DISABLED = auto()
    MFA_RESET = auto()
    LOGIN_ANOMALY = auto()
    # END
