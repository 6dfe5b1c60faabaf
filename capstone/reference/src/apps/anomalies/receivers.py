# FILE SOLUTION 06
"""Every attempt to log in, from Django's signals: by API or admin, in one step or two."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest

from accounts.models import User
from anomalies.services import note_attempt
from authentication.lockout import attempted_username, attempting_client, is_refused


def connect() -> None:
    """Begin to listen."""
    user_logged_in.connect(note_login, dispatch_uid="anomalies")
    user_login_failed.connect(note_failure, dispatch_uid="anomalies")


def note_login(*, request: HttpRequest | None, user: User, **_: Any) -> None:
    """Somebody came in."""
    address = attempting_client(request) if request else None
    if address:
        note_attempt(name=user.username, account=user, address=address, succeeded=True)


def note_failure(
    *, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    """Somebody failed. Of what is refused unevaluated nothing is stored: nobody fills the table."""
    address = attempting_client(request) if request else None
    if request is None or address is None or is_refused(request):
        return
    name = attempted_username(request, credentials) or ""
    account = User.objects.filter(username=name).first()
    note_attempt(name=name, account=account, address=address, succeeded=False)
