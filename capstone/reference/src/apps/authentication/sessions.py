# FILE SOLUTION 04
"""What people do with their sessions. Each service is one transaction."""

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from accounts.models import User
from audit.actions import Action
from audit.services import record
from authentication.lockout import one_at_a_time
from authentication.models import Session

# BEGIN SOLUTION 06
from authentication.second_step import Challenge, second_step

# END
from authentication.tokens import SESSION_CLAIM, SessionRefreshToken, TokenPair, issue
from core import clock


# BEGIN BEFORE 06
# @transaction.atomic
# def log_in(*, request: HttpRequest, username: str, password: str) -> TokenPair | None:
#     """Tokens of a new session; None if name and password do not fit, or too many did not."""
#     with one_at_a_time(request, username):
#         user = authenticate(request, username=username, password=password)
#     if not isinstance(user, User):
#         return None
#     user_logged_in.send(sender=User, request=request, user=user)
#     session = Session(user=user, auth_hash=user.get_session_auth_hash())
#     session.full_clean()
#     session.save()
#     return issue(session)
# END
# BEGIN SOLUTION 06
@transaction.atomic
def log_in(
    *, request: HttpRequest, username: str, password: str
) -> TokenPair | Challenge | None:
    """Tokens of a new session, or what the second factor asks; None if the password does not fit.

    None also if too many did not. Who is asked for a second factor has not logged in yet.
    """
    with one_at_a_time(request, username):
        user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        return None
    challenge = second_step().challenge(user)
    return challenge or begin_session(request=request, user=user)


def begin_session(*, request: HttpRequest, user: User) -> TokenPair:
    """Tokens of a new session, for whoever has shown all that they are asked for.

    Within the caller's transaction.
    """
    user_logged_in.send(sender=User, request=request, user=user)
    session = Session(user=user, auth_hash=user.get_session_auth_hash())
    session.full_clean()
    session.save()
    return issue(session)


# STUB
# @transaction.atomic
# def log_in(*, request: HttpRequest, username: str, password: str) -> TokenPair | None:
#     """Tokens of a new session; None if name and password do not fit, or too many did not."""
#     with one_at_a_time(request, username):
#         user = authenticate(request, username=username, password=password)
#     if not isinstance(user, User):
#         return None
#     # TODO(06): whoever has a second factor has to show it first (brief, task 2).
#     user_logged_in.send(sender=User, request=request, user=user)
#     session = Session(user=user, auth_hash=user.get_session_auth_hash())
#     session.full_clean()
#     session.save()
#     return issue(session)
#
#
# END
@transaction.atomic
def renew_session(*, refresh: str) -> TokenPair | None:
    """The next tokens for a refresh token that was never used; None for any other.

    A token that comes twice is in two hands, and nobody can tell which one is the owner's. So its
    session ends for both.
    """
    token = SessionRefreshToken.read(refresh)
    session = _lock_running(token)
    if token is None or session is None:
        return None
    if not token.blacklist_once():
        _end(session)
        record(action=Action.TOKEN_REUSED, actor=None, target=session.user)
        return None
    return issue(session)


@transaction.atomic
def end_session(*, refresh: str) -> bool:
    """Log out of the session that this refresh token belongs to; False if there is none."""
    session = _lock_running(SessionRefreshToken.read(refresh))
    if session is None:
        return False
    _end(session)
    record(action=Action.LOGGED_OUT, actor=session.user, target=session.user)
    return True


@transaction.atomic
def end_all_sessions(*, user: User, by: User) -> None:
    """Log somebody out everywhere, of the sessions in cookies as well."""
    forget_sessions(user)
    record(action=Action.LOGGED_OUT_EVERYWHERE, actor=by, target=user)


def forget_sessions(user: User) -> None:
    """Make every session of this person worthless, within the caller's transaction."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    user.sessions.active().update(ended_at=clock.now())


def _lock_running(token: SessionRefreshToken | None) -> Session | None:
    """The session of a token, held until the transaction ends.

    By a write before the first look: on SQLite, two that look first cannot both write afterwards.
    """
    claim = token and token.get(SESSION_CLAIM)
    Session.objects.named(claim).update(updated_at=clock.now())
    return Session.objects.of_token(claim)


def _end(session: Session) -> None:
    session.ended_at = clock.now()
    session.save(update_fields=["ended_at"])
