# FILE SOLUTION 04
"""Getting an account and changing its password."""

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts.models import User
from audit.actions import Action
from audit.services import record
from authentication.lockout import one_at_a_time
from authentication.sessions import forget_sessions

NOT_YOURS = "This is not your password."


@transaction.atomic
def register(*, username: str, email: str, password: str) -> None:
    """Open an account for a reader, unless its name or address is taken: then nothing happens.

    The caller is not told which, and it costs the same, so that nobody learns who is here. Raises
    ValidationError for what would be wrong whoever is here.
    """
    user = User(username=username, email=email)
    _require_good_password(password, user, field="password")
    user.set_password(password)
    try:
        user.full_clean()
        with transaction.atomic():
            user.save()
    except IntegrityError:
        return  # somebody took it between our look and our save
    except ValidationError as refusal:
        if _only_taken(refusal):
            return
        raise
    record(action=Action.REGISTERED, actor=user, target=user)


def change_password(
    *, request: HttpRequest, user: User, current: str, new: str
) -> None:
    """Give a person a new password and end every session, the one that asks included.

    Raises ValidationError on `current_password` or `new_password`. The wrong current password is a
    failed log-in: whoever holds a session may not guess the password behind it.
    """
    if not is_own_password(request=request, user=user, password=current):
        raise ValidationError({"current_password": NOT_YOURS})
    _require_good_password(new, user, field="new_password")
    with transaction.atomic():
        user.set_password(new)
        user.save(update_fields=["password"])
        forget_sessions(user)
        record(action=Action.PASSWORD_CHANGED, actor=user, target=user)


def is_own_password(*, request: HttpRequest, user: User, password: str) -> bool:
    """Whether it is; one that is not counts as a failed log-in, in a transaction of its own."""
    name = user.get_username()
    with one_at_a_time(request, name):
        return authenticate(request, username=name, password=password) == user


def _require_good_password(password: str, user: User, *, field: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        raise ValidationError({field: refusal.error_list}) from refusal


def _only_taken(refusal: ValidationError) -> bool:
    errors = [error for field in refusal.error_dict.values() for error in field]
    return all(error.code == "unique" for error in errors)
