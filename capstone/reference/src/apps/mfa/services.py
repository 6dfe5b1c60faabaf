# FILE SOLUTION 06
"""What people do with their second factor. Each refusal leaves what is written about it."""

from typing import TypedDict

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from audit.actions import Action
from audit.services import record
from authentication.credentials import NOT_YOURS, is_own_password
from authentication.sessions import begin_session
from authentication.tokens import TokenPair
from core import clock
from mfa import totp
from mfa.challenges import read_challenge
from mfa.checking import Check, Outcome, check_code, confirmed_factor
from mfa.encryption import encrypt
from mfa.models import NO_COUNTER, RecoveryCode, SecondFactor
from mfa.recovery import digest_of, new_codes

WRONG_CODE = "This code is wrong, or was used before."


class SecondFactorStateError(Exception):
    """There is a second factor already, or there is none."""


class SecondFactorLockedError(Exception):
    """Too many wrong codes: none is compared for so many `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Enrolment(TypedDict):
    """What an app needs: `secret` to be typed, or `uri` to be scanned."""

    secret: str
    uri: str


def enrol(*, request: HttpRequest, user: User, password: str) -> Enrolment:
    """Begin: a new secret, which is asked for at log-in once `confirm` has seen a code of it.

    Beginning again before that makes another one. Raises ValidationError on `password`,
    SecondFactorStateError if there is one that is confirmed.
    """
    _require_password(request, user, password)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # one beginning at a time
        if confirmed_factor(user):
            raise SecondFactorStateError("There is a second factor already.")
        secret = totp.new_secret()
        fresh = {"secret": encrypt(secret), "last_counter": NO_COUNTER}
        SecondFactor.objects.update_or_create(user=user, defaults=fresh)
        record(action=Action.MFA_ENROLLED, actor=user, target=user)
    uri = totp.uri(secret, account=user.username, issuer=settings.MFA_ISSUER)
    return {"secret": totp.as_text(secret), "uri": uri}


def confirm(*, user: User, code: str) -> list[str]:
    """End of the beginning: the recovery codes, which are shown this once.

    Raises ValidationError on `code`, SecondFactorStateError, SecondFactorLockedError.
    """
    factor = SecondFactor.objects.filter(user=user, confirmed_at__isnull=True).first()
    if factor is None:
        raise SecondFactorStateError("No second factor waits to be confirmed.")
    with transaction.atomic():
        check = check_code(factor=factor, code=code)
        if check:
            SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=clock.now())
            codes = _replace_codes(factor)
            record(action=Action.MFA_CONFIRMED, actor=user, target=user)
    _require_accepted(check)
    return codes


def renew_recovery_codes(
    *, request: HttpRequest, user: User, password: str, code: str
) -> list[str]:
    """Ten new codes in the place of all that there were.

    Raises ValidationError on `password` or `code`, and as `confirm`.
    """
    factor = _require_both(request, user, password, code)
    with transaction.atomic():
        codes = _replace_codes(factor)
        record(action=Action.MFA_RECOVERY_CODES_RENEWED, actor=user, target=user)
    return codes


def disable(*, request: HttpRequest, user: User, password: str, code: str) -> None:
    """Do without a second factor. Raises as `renew_recovery_codes`."""
    factor = _require_both(request, user, password, code)
    with transaction.atomic():
        factor.delete()
        record(action=Action.MFA_DISABLED, actor=user, target=user)


@transaction.atomic
def reset(*, user: User, by: User) -> bool:
    """Take the second factor from somebody who has lost it and every code; False if there is none.

    Whoever does it has made sure, by other means, who asks.
    """
    deleted, _ = SecondFactor.objects.filter(user=user).delete()
    if deleted:
        record(action=Action.MFA_RESET, actor=by, target=user)
    return bool(deleted)


@transaction.atomic
def log_in_with_code(
    *, request: HttpRequest, challenge: str, code: str
) -> TokenPair | Check:
    """The second step of a log-in: tokens of a new session, or why not."""
    user = read_challenge(challenge)
    factor = confirmed_factor(user) if user else None
    if user is None or factor is None:
        return Check(Outcome.WRONG)
    check = check_code(factor=factor, code=code)
    return begin_session(request=request, user=user) if check else check


def _require_both(
    request: HttpRequest, user: User, password: str, code: str
) -> SecondFactor:
    """The second factor of whoever knows the password and has a code. The password comes first."""
    factor = confirmed_factor(user)
    if factor is None:
        raise SecondFactorStateError("There is no second factor.")
    _require_password(request, user, password)
    _require_accepted(check_code(factor=factor, code=code))
    return factor


def _require_password(request: HttpRequest, user: User, password: str) -> None:
    if not is_own_password(request=request, user=user, password=password):
        raise ValidationError({"password": NOT_YOURS})


def _require_accepted(check: Check) -> None:
    if check.outcome is Outcome.LOCKED:
        raise SecondFactorLockedError(check.seconds)
    if not check:
        raise ValidationError({"code": WRONG_CODE})


def _replace_codes(factor: SecondFactor) -> list[str]:
    codes = new_codes()
    factor.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=digest_of(code)) for code in codes
    )
    return codes
