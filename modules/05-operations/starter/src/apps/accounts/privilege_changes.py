"""Audit entries and session revocation that follow a change of privileges.

Every function runs in the caller's transaction."""

from collections.abc import Mapping
from typing import Any

from django.forms import model_to_dict

from accounts.access import AnyUser
from accounts.models import User
from accounts.signals import account_closed
from audit.actions import Action
from audit.services import record


def audit_role_change(*, user: User, by: AnyUser, before: str) -> None:
    """Write `role_changed`. Sessions stay valid: every request reads the role from the database."""
    record(
        action=Action.ROLE_CHANGED, actor=by, target=user, before=before, now=user.role
    )


def audit_activation(*, user: User, by: AnyUser) -> None:
    """Write `deactivated`, and revoke every session, or `reactivated`; as `is_active` is now."""
    if user.is_active:
        record(action=Action.REACTIVATED, actor=by, target=user)
    else:
        account_closed.send(sender=None, user=user)
        record(action=Action.DEACTIVATED, actor=by, target=user)


def privileges(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the account's Django privileges, apart from its role, as the audit log stores them.

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


def audit_privilege_changes(*, user: User, by: AnyUser, before: dict[str, Any]) -> None:
    """Write `privileges_changed` with those that differ from `before`; nothing if none does."""
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
