# FILE SOLUTION 06
"""What is unusual about an attempt that has just been written down."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from anomalies.kinds import Kind
from anomalies.models import LoginAttempt


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind, whom it is about (no two reports of one within the quiet time), and the figures."""

    kind: Kind
    subject: str
    figures: dict[str, int]


def detect(attempt: LoginAttempt) -> Iterator[Finding]:
    """Every kind that fits. The attempt itself counts, so it may be the one too many."""
    if attempt.succeeded:
        yield from _new_address(attempt)
    else:
        yield from _credential_stuffing(attempt)
    if attempt.account_id:
        yield from _impossible_rate(attempt)


def _new_address(attempt: LoginAttempt) -> Iterator[Finding]:
    """An account logs in from where it did not in ANOMALY_HISTORY_DAYS; the first time is none."""
    begin = attempt.at - timedelta(days=settings.ANOMALY_HISTORY_DAYS)
    before = (
        LoginAttempt.objects.successful()
        .since(begin)
        .filter(account=attempt.account_id)
        .exclude(pk=attempt.pk)
    )
    if before.exists() and not before.filter(address=attempt.address).exists():
        known = before.values("address").distinct().count()
        subject = f"{attempt.account_id} {attempt.address}"
        yield Finding(Kind.NEW_ADDRESS, subject, {"known_addresses": known})


def _impossible_rate(attempt: LoginAttempt) -> Iterator[Finding]:
    """More attempts at one account than anybody makes by hand, from however many addresses."""
    begin = attempt.at - timedelta(seconds=settings.ANOMALY_RATE_SECONDS)
    attempts = LoginAttempt.objects.since(begin).filter(account=attempt.account_id)
    if (count := attempts.count()) >= settings.ANOMALY_RATE_ATTEMPTS:
        figures = {"attempts": count}
        figures["addresses"] = attempts.values("address").distinct().count()
        yield Finding(Kind.IMPOSSIBLE_RATE, str(attempt.account_id), figures)


def _credential_stuffing(attempt: LoginAttempt) -> Iterator[Finding]:
    """One address fails with many names: it tries what was stolen elsewhere."""
    begin = attempt.at - timedelta(seconds=settings.ANOMALY_STUFFING_SECONDS)
    failures = LoginAttempt.objects.failed().since(begin)
    names = failures.filter(address=attempt.address).values("name").distinct().count()
    if names >= settings.ANOMALY_STUFFING_NAMES:
        yield Finding(Kind.CREDENTIAL_STUFFING, attempt.address, {"names": names})
