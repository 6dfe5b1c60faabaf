# FILE SOLUTION 06
"""Whether a code is right: once, and not for whoever guesses."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from math import ceil

from django.conf import settings
from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from core import clock
from core.events import send_on_commit
from mfa import totp
from mfa.encryption import UnreadableSecretError, decrypt
from mfa.models import SecondFactor
from mfa.recovery import digest_of
from mfa.signals import code_checked

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of a code. A locked second factor compares none."""

    ACCEPTED = auto()
    WRONG = auto()
    LOCKED = auto()


@dataclass(frozen=True, slots=True)
class Check:
    """An outcome, and for how many seconds a lock goes on."""

    outcome: Outcome
    seconds: int = 0

    def __bool__(self) -> bool:
        return self.outcome is Outcome.ACCEPTED


@transaction.atomic
def check_code(*, factor: SecondFactor, code: str) -> Check:
    """Use a code: of the app, or a recovery code of a confirmed second factor.

    A right one is spent with it. After MFA_FAILURE_LIMIT wrong ones none is compared for
    MFA_LOCKOUT_SECONDS, from whatever address: whoever comes here knows the password. What is
    written about a refusal stays, so nothing is raised.
    """
    now = clock.now()
    held = _hold(factor, now)
    if seconds := held.seconds_locked(now):
        check = Check(Outcome.LOCKED, ceil(seconds))
    elif _use(held, code, now):
        check = Check(Outcome.ACCEPTED)
    else:
        check = _fail(held, now)
    send_on_commit(code_checked, outcome=check.outcome)
    return check


def _hold(factor: SecondFactor, now: datetime) -> SecondFactor:
    """The row, until the transaction ends: of two with one code, the second finds it spent.

    By a write before the first look: on SQLite, two that look first cannot both write afterwards.
    """
    SecondFactor.objects.filter(pk=factor.pk).update(updated_at=now)
    return SecondFactor.objects.select_related("user").get(pk=factor.pk)


def _use(factor: SecondFactor, code: str, now: datetime) -> bool:
    plain = "".join(code.split())
    if totp.looks_like_code(plain):
        return _use_app(factor, plain, now)
    return factor.is_confirmed and _use_recovery_code(factor, plain, now)


def _use_app(factor: SecondFactor, code: str, now: datetime) -> bool:
    try:
        secret = decrypt(factor.secret)
    except UnreadableSecretError:
        logger.error("a second factor cannot be decrypted", extra={"factor": factor.pk})
        return False
    counter = totp.counter_of(
        secret, code, seconds=now.timestamp(), after=factor.last_counter
    )
    if counter is None:
        return False
    factor.last_counter = counter
    _reset(factor)
    return True


def _use_recovery_code(factor: SecondFactor, code: str, now: datetime) -> bool:
    unused = factor.recovery_codes.filter(used_at__isnull=True, digest=digest_of(code))
    if not unused.update(used_at=now):
        return False
    _reset(factor)
    record(
        action=Action.MFA_RECOVERY_CODE_USED,
        actor=factor.user,
        target=factor.user,
        left=factor.recovery_codes.filter(used_at__isnull=True).count(),
    )
    return True


def _reset(factor: SecondFactor) -> None:
    factor.failures, factor.locked_until = 0, None
    factor.save(update_fields=["last_counter", "failures", "locked_until"])


def _fail(factor: SecondFactor, now: datetime) -> Check:
    """Count a wrong code, and lock with the last that may be wrong."""
    factor.failures += 1
    is_last = factor.failures >= settings.MFA_FAILURE_LIMIT
    if is_last:
        factor.failures = 0
        factor.locked_until = now + timedelta(seconds=settings.MFA_LOCKOUT_SECONDS)
    factor.save(update_fields=["failures", "locked_until"])
    record(action=Action.MFA_FAILED, actor=None, target=factor.user)
    if is_last:
        record(action=Action.MFA_LOCKED_OUT, actor=None, target=factor.user)
    return Check(Outcome.WRONG)


def confirmed_factor(user: User) -> SecondFactor | None:
    """The second factor that this person is asked for, if any."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()
