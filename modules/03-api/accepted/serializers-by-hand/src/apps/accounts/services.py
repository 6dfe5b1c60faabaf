"""What admins do with accounts, and people with their own."""

from collections.abc import Collection, Mapping
from typing import Any

from accounts.access import is_admin
from accounts.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

OWN = "Nobody changes this of their own account."


class HasWritten(Exception):
    """The account cannot go: there are posts or comments of it."""


def create_user(*, by: User, values: Mapping[str, Any]) -> User:
    """A new account that nobody can log in to with a password yet."""
    if not is_admin(by):
        raise PermissionDenied("Only admins make accounts.")
    user = User(**values)
    user.set_unusable_password()
    check_user(user)
    return _saved(user)


def update_user(*, user: User, by: User, values: Mapping[str, Any]) -> User:
    """Change an account that the caller has locked."""
    require_may_change(user, by)
    check_changed(user, by, values)
    return _saved(user)


def check_changed(user: User, by: User, values: Mapping[str, Any], wrong: Collection[str] = ()) -> None:
    """Give the account these values; ValidationError if a rule refuses one of them."""
    own = {
        name: ValidationError(OWN, code="own_account")
        for name in ("role", "is_active")
        if user.pk == by.pk and name in values and values[name] != getattr(user, name)
    }
    for name in set(values) - set(own):
        setattr(user, name, values[name])
    problems: dict[str, Any] = {}
    try:
        check_user(user, set(wrong))
    except ValidationError as exc:
        problems = exc.error_dict
    if problems or own:
        raise ValidationError({**problems, **own})


def rename_oneself(*, user: User, values: Mapping[str, Any]) -> User:
    """Change the names of one's own account, which the caller has locked."""
    for name in ("first_name", "last_name"):
        if name in values:
            setattr(user, name, values[name])
    user.clean_fields(
        exclude={field.name for field in User._meta.fields if field.name not in ("first_name", "last_name")}
    )
    user.save(update_fields=["first_name", "last_name"])
    return user


def delete_user(*, user: User, by: User) -> None:
    """Delete an account. HasWritten if there is something by its owner."""
    require_may_change(user, by)
    if user.pk == by.pk:
        raise PermissionDenied("Nobody deletes their own account.")
    try:
        user.delete()
    except ProtectedError as exc:
        raise HasWritten from exc


def require_may_change(user: User, by: User) -> None:
    """PermissionDenied unless `by` is an admin, and a superuser if the account is one's."""
    if not is_admin(by):
        raise PermissionDenied("Only admins change accounts.")
    if user.is_superuser and not by.is_superuser:
        raise PermissionDenied("Only superusers change superusers.")


def check_user(user: User, wrong: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """ValidationError if a rule refuses the account."""
    user.full_clean(exclude={"password", *wrong})


def _saved(user: User) -> User:
    """Of two who take one name at the same moment the second is told so."""
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        check_user(user)
        raise
    return user
