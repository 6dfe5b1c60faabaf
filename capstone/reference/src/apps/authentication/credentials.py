# FILE SOLUTION 04
"""Getting an account and changing its password."""

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts.access import AnyUser, is_admin
from accounts.models import User
from audit.actions import Action
from audit.services import record
from authentication.invitations import invitation_tokens
from authentication.lockout import one_at_a_time
from authentication.sessions import forget_sessions

NOT_YOURS = "This is not your password."
# Hashing is slow on purpose; a text without end would make it a weapon.
MAX_PASSWORD = 128
TOO_LONG = f"Ensure this field has no more than {MAX_PASSWORD} characters."
# What the database can hold: 2 ** 63 has 19 digits.
MAX_KEY_DIGITS = 19


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
        if _is_only_about_uniqueness(refusal):
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


@transaction.atomic
def invite(*, user: User, by: AnyUser) -> str:
    """A token by which somebody sets their own password, once, within PASSWORD_RESET_TIMEOUT.

    So an account that an admin made can log in, and the admin never knows its password. Raises
    PermissionDenied.
    """
    if not is_admin(by):
        raise PermissionDenied("Only admins invite people.")
    if user.is_superuser and not by.is_superuser:
        raise PermissionDenied("Only superusers invite superusers.")
    record(action=Action.INVITED, actor=by, target=user)
    return f"{user.pk}.{invitation_tokens.make_token(user)}"


@transaction.atomic
def accept_invitation(*, token: str, new: str) -> bool:
    """Set the password of whoever was invited, and end their sessions; False if the token is void.

    It is void once it was used, its time is over, its owner has logged in since, or their account
    is closed. Raises ValidationError on `new_password`.
    """
    key, _, proof = token.partition(".")
    invited = User.objects.select_for_update().filter(is_active=True)
    user = invited.filter(pk=int(key)).first() if _is_key(key) else None
    if user is None or not invitation_tokens.check_token(user, proof):
        return False
    _require_good_password(new, user, field="new_password")
    user.set_password(new)
    user.save(update_fields=["password"])
    forget_sessions(user)
    record(action=Action.PASSWORD_CHANGED, actor=user, target=user)
    return True


def is_own_password(*, request: HttpRequest, user: User, password: str) -> bool:
    """Whether it is; one that is not counts as a failed log-in, in a transaction of its own."""
    name = user.get_username()
    with one_at_a_time(request, name):
        return authenticate(request, username=name, password=password) == user


def _require_good_password(password: str, user: User, *, field: str) -> None:
    if len(password) > MAX_PASSWORD:
        raise ValidationError({field: ValidationError(TOO_LONG, code="max_length")})
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        raise ValidationError({field: refusal.error_list}) from refusal


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < MAX_KEY_DIGITS


def _is_only_about_uniqueness(refusal: ValidationError) -> bool:
    errors = [error for field in refusal.error_dict.values() for error in field]
    return all(error.code == "unique" for error in errors)
