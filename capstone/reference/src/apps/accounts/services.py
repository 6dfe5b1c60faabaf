# FILE SOLUTION 03
"""What admins do with accounts, and people with their own. Each service is one transaction."""

from typing import TypedDict, Unpack

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.access import AnyUser, is_admin, is_member
from accounts.models import User

# BEGIN SOLUTION 04
from accounts.privilege_changes import audit_activation, audit_role_change
from audit.actions import Action
from audit.services import record

# END
from core.saving import clean_and_save

# Fields that people change on their own account, and those that only admins change, of others.
# An address is not among them: whether it is free would tell who has an account with it.
SELF_EDITABLE = frozenset({"first_name", "last_name"})
PRIVILEGED = frozenset({"role", "is_active"})


class UserChanges(TypedDict, total=False):
    """What a caller may say about a person."""

    username: str
    email: str
    first_name: str
    last_name: str
    role: str
    is_active: bool


@transaction.atomic
def create_user(*, by: AnyUser, **given: Unpack[UserChanges]) -> User:
    """A new account, with no password to log in by. Raises PermissionDenied, ValidationError."""
    if not is_admin(by):
        raise PermissionDenied("Only admins make accounts.")
    user = User(**given)
    user.set_unusable_password()
    clean_and_save(user)
    # BEGIN SOLUTION 04
    record(action=Action.CREATED, actor=by, target=user)
    # STUB
    # # TODO(04): write it to the audit log (brief, task 8).
    # END
    return user


@transaction.atomic
def update_user(*, user: User, by: AnyUser, **given: Unpack[UserChanges]) -> User:
    """Change what is given of the stored account. Raises PermissionDenied, ValidationError."""
    user.refresh_from_db(from_queryset=User.objects.select_for_update())
    _require_may_change(user, by, set(given))
    changes = {
        name: value for name, value in given.items() if getattr(user, name) != value
    }
    if user == by and (lost := PRIVILEGED & changes.keys()):
        message = "Nobody changes this of their own account."
        raise ValidationError(dict.fromkeys(sorted(lost), message))
    # BEGIN SOLUTION 04
    before = user.role
    # END
    for name, value in changes.items():
        setattr(user, name, value)
    # Not every account has a password, and this is not the place to give it one.
    clean_and_save(user, unchecked={"password"})
    # BEGIN SOLUTION 04
    if "role" in changes:
        audit_role_change(user=user, by=by, before=before)
    if "is_active" in changes:
        audit_activation(user=user, by=by)
    # STUB
    # # TODO(04): write a new role to the audit log; a closed account loses its sessions
    # # (brief, tasks 3 and 8).
    # END
    return user


@transaction.atomic
def delete_user(*, user: User, by: AnyUser) -> None:
    """Delete an account that has written nothing.

    Raises PermissionDenied, also for one's own; ProtectedError where there are posts or comments:
    those accounts are closed instead.
    """
    if not is_admin(by) or user == by:
        raise PermissionDenied("Only admins delete accounts, and never their own.")
    _require_may_change(user, by, set())
    # BEGIN SOLUTION 04
    record(action=Action.DELETED, actor=by, target=user)
    # STUB
    # # TODO(04): write it to the audit log (brief, task 8).
    # END
    user.delete()


def _require_may_change(user: User, by: AnyUser, names: set[str]) -> None:
    """Admins change everybody but superusers, people only what is their own to say."""
    own = is_member(by) and user == by
    if not (is_admin(by) or (own and names <= SELF_EDITABLE)):
        raise PermissionDenied("Only admins change the accounts of others.")
    if user.is_superuser and not by.is_superuser:
        raise PermissionDenied("Only superusers change superusers.")
