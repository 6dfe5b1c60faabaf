# FILE SOLUTION 04
"""What is worth remembering."""

from enum import StrEnum


class Action(StrEnum):
    """The verb of an entry: what was done to its object.

    No choices of the column, which takes what a later version writes without a migration.
    """

    LOGGED_IN = "logged_in"
    LOGIN_FAILED = "login_failed"
    LOCKED_OUT = "locked_out"
    LOGGED_OUT = "logged_out"
    LOGGED_OUT_EVERYWHERE = "logged_out_everywhere"
    TOKEN_REUSED = "token_reused"  # noqa: S105  the name of what happened
    REGISTERED = "registered"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    ROLE_CHANGED = "role_changed"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    DELETED = "deleted"
    PUBLISHED = "published"
    ARCHIVED = "archived"
    MODERATED = "moderated"
