# FILE SOLUTION 06
"""Who is kept out for a while."""

from datetime import timedelta

from django.conf import settings
from django.utils.crypto import salted_hmac

from anomalies.kinds import Kind
from anomalies.models import Block, LoginAttempt
from core import clock


def digest_of(name: str) -> str:
    """A name as attempts keep it: of no use to whoever steals the table without the key."""
    return salted_hmac("anomalies.name", name, algorithm="sha256").hexdigest()


def block_for(kind: Kind, attempt: LoginAttempt) -> None:
    """Keep out the address, or whoever tries the name, if the settings ask for it of this kind."""
    if kind not in settings.ANOMALY_LOCKS:
        return
    subject = _name(attempt.name) if attempt.account_id else _address(attempt.address)
    if kind is Kind.CREDENTIAL_STUFFING:
        subject = _address(attempt.address)
    until = clock.now() + timedelta(seconds=settings.ANOMALY_LOCK_SECONDS)
    Block.objects.update_or_create(subject=subject, defaults={"until": until})


def is_blocked(*, name: str, address: str) -> bool:
    """Whether nobody may try this name, or try anything from this address, for now."""
    subjects = (_address(address), _name(digest_of(name)))
    return Block.objects.running().filter(subject__in=subjects).exists()


def _address(address: str) -> str:
    return f"address {address}"


def _name(digest: str) -> str:
    return f"name {digest}"
