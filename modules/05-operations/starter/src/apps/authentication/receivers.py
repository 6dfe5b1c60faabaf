"""What follows when somebody comes, goes, fails or is shut out: audit entries, ended sessions."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import (
    user_logged_in,
    user_logged_out,
    user_login_failed,
)
from django.db.models import Model
from django.http import HttpRequest

from accounts.models import User
from accounts.signals import account_closed
from audit.actions import Action
from audit.services import record
from authentication.lockout import is_refused
from authentication.sessions import forget_sessions


def connect() -> None:
    """Begin to listen."""
    user_logged_in.connect(note_login, dispatch_uid="audit")
    user_logged_out.connect(note_logout, dispatch_uid="audit")
    user_login_failed.connect(note_failure, dispatch_uid="audit")
    user_locked_out.connect(note_lockout, dispatch_uid="audit")
    account_closed.connect(end_sessions, dispatch_uid="sessions")


def note_login(*, user: Any, **_: Any) -> None:
    """Somebody came in."""
    record(action=Action.LOGGED_IN, actor=user, target=user)


def note_logout(*, user: Any, **_: Any) -> None:
    """Somebody left; Django sends this for nobody, too."""
    if user is not None:
        record(action=Action.LOGGED_OUT, actor=user, target=user)


def note_failure(
    *, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    """Somebody gave a name and a password that do not fit."""
    if not is_refused(request):
        account = _account(credentials.get("username"))
        record(action=Action.LOGIN_FAILED, actor=None, target=account)


def note_lockout(
    *, username: str | None, request: HttpRequest | None = None, **_: Any
) -> None:
    """Somebody failed once too often; axes says so again for each attempt that it refuses."""
    if not is_refused(request):
        record(action=Action.LOCKED_OUT, actor=None, target=_account(username))


def end_sessions(*, user: User, **_: Any) -> None:
    """An account was closed: nobody is logged in with it any more."""
    forget_sessions(user)


def _account(username: str | None) -> Model | None:
    """Whose name that is. Any other is not kept: it may be a password in the wrong field."""
    return get_user_model().objects.filter(username=username).first()
