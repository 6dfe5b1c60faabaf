# FILE SOLUTION 04
"""What has to follow when somebody's powers change, whichever way; in the caller's transaction."""

from collections.abc import Mapping
from typing import Any

from django.forms import model_to_dict

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


def privileges(given: Mapping[str, Any]) -> dict[str, Any]:
    """What Django's permissions let somebody do, beside their role, as the audit log keeps it.

    `given` has the fields of a user as forms have them: groups and permissions as lists of rows.
    """
    return {
        "is_staff": bool(given.get("is_staff")),
        "is_superuser": bool(given.get("is_superuser")),
        "groups": sorted(group.name for group in given.get("groups", ())),
        "permissions": sorted(
            permission.codename for permission in given.get("user_permissions", ())
        ),
    }


def note_new_privileges(*, user: User, by: AnyUser, before: dict[str, Any]) -> None:
    """Write down which privileges are not what they were, if any."""
    now = privileges(model_to_dict(user))
    changed = [name for name in now if now[name] != before[name]]
    if changed:
        record(
            action=Action.PRIVILEGES_CHANGED,
            actor=by,
            target=user,
            before={name: before[name] for name in changed},
            now={name: now[name] for name in changed},
        )
