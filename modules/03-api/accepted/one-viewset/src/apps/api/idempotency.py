"""The memory of requests that may be sent again."""

import hashlib
import re
import uuid
from datetime import timedelta

from api.models import IdempotencyKey
from api.negotiation import canonical
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

KEY = re.compile(r"[\x20-\x7e]{1,255}")
HEADER = "Idempotency-Key"


def forgotten() -> Q:
    """Keys whose time is over."""
    lifetime = timedelta(hours=settings.IDEMPOTENCY_KEY_HOURS)
    return Q(began_at__lte=timezone.now() - lifetime)


def lost() -> Q:
    """Keys whose request never had an answer, and will have none."""
    lifetime = timedelta(seconds=settings.IDEMPOTENCY_IN_FLIGHT_SECONDS)
    return Q(answer="", began_at__lte=timezone.now() - lifetime)


def claim(user_id: int, key: str, body: bytes) -> tuple[IdempotencyKey, bool]:
    """The memory of this key, and whether it is this request's turn to be carried out.

    Whoever is first has a row before anything else happens, for all to see.
    """
    mine = IdempotencyKey(
        user_id=user_id,
        key=key,
        fingerprint=hashlib.sha256(canonical(body).encode()).hexdigest(),
        turn=uuid.uuid4(),
        began_at=timezone.now(),
    )
    rows = IdempotencyKey.objects.filter(user=user_id, key=key)
    while True:
        IdempotencyKey.objects.bulk_create([mine], ignore_conflicts=True)
        there = rows.first()
        if there is None:  # the other one was refused in between
            continue
        if there.turn == mine.turn:
            return there, True
        free = rows.filter(turn=there.turn).filter(forgotten() | lost())
        if free.update(
            turn=mine.turn,
            fingerprint=mine.fingerprint,
            began_at=mine.began_at,
            answer="",
        ):
            return mine, True
        there.is_same = there.fingerprint == mine.fingerprint
        return there, False


def mine(row: IdempotencyKey) -> QuerySet[IdempotencyKey]:
    """The row as long as nobody has taken over."""
    return IdempotencyKey.objects.filter(user=row.user_id, key=row.key, turn=row.turn, answer="")


def forget() -> int:
    """Delete what is older than it needs to be; how much that was."""
    return IdempotencyKey.objects.filter(forgotten()).delete()[0]
