"""What has to follow when somebody's powers change, whichever way; in the caller's transaction."""

from accounts.access import AnyUser
from accounts.models import User
from audit.actions import Action
from audit.services import record
from authentication.sessions import forget_sessions


def note_new_role(*, user: User, by: AnyUser, before: str) -> None:
    """Write it down. Sessions go on: every request asks the database for the role."""
    record(
        action=Action.ROLE_CHANGED, actor=by, target=user, before=before, now=user.role
    )


def note_activity(*, user: User, by: AnyUser) -> None:
    """Write down that an account was closed or opened again; what is closed loses its sessions."""
    if user.is_active:
        record(action=Action.REACTIVATED, actor=by, target=user)
    else:
        forget_sessions(user)
        record(action=Action.DEACTIVATED, actor=by, target=user)
