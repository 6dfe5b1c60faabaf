"""Idempotency-Key: the same request again gets the same answer, and nothing is made twice.

A key is claimed in a transaction of its own, so that everybody else sees the claim at once. The
first answer is stored in the transaction that makes the object: either both are there, or neither.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from api.models import IdempotencyKey
from api.problems import Conflict, KeyUsedOtherwise
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

KEY = re.compile(r"[\x20-\x7e]{1,255}")
IN_FLIGHT = "A request with this Idempotency-Key has no answer yet."
ATTEMPTS = 5


def fingerprint(data: Any) -> str:
    """A digest of the JSON value: spelling and order of members do not count."""
    text = json.dumps(data, sort_keys=True, default=lambda number: f"number {number}")
    return hashlib.sha256(text.encode()).hexdigest()


class IdempotentMixin:
    """For a view whose POST takes the header."""

    def once(self: Any, request: Request, make: Callable[[], Response]) -> Response:
        """What `make()` answers, or what it answered to the first of these requests."""
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return make()
        if not KEY.fullmatch(key):
            raise ParseError("An Idempotency-Key has 1 to 255 printable ASCII characters.")
        mark = fingerprint(request.data)
        found = claim(request.user.pk, key, mark)
        if found.status is not None:
            return replay(found)
        try:
            with transaction.atomic():
                response = make()
                remember(found, response)
        except BaseException:
            IdempotencyKey.objects.filter(pk=found.pk, claim=found.claim).delete()
            raise
        return response


def claim(user: int, key: str, mark: str) -> IdempotencyKey:
    """The key, claimed by us or answered already. Conflict while somebody else is at it."""
    for _ in range(ATTEMPTS):
        now = timezone.now()
        ours = IdempotencyKey(user_id=user, key=key, fingerprint=mark, claim=uuid.uuid4(), started_at=now)
        try:
            with transaction.atomic():
                ours.save(force_insert=True)
        except IntegrityError:
            pass
        else:
            return ours
        with transaction.atomic():
            theirs = IdempotencyKey.objects.select_for_update().filter(user=user, key=key).first()
            if theirs is None:  # refused meanwhile, so that it is free again
                continue
            if is_over(theirs):
                ours.pk = theirs.pk
                ours.save(force_update=True)
                return ours
        if theirs.status is None:
            raise Conflict(IN_FLIGHT, code="idempotency_key_in_use")
        if theirs.fingerprint != mark:
            raise KeyUsedOtherwise
        return theirs
    raise Conflict(IN_FLIGHT, code="idempotency_key_in_use")


def is_over(row: IdempotencyKey) -> bool:
    """Whether the key is free again: answered long ago, or lost with its process."""
    age = timezone.now() - row.started_at
    if row.status is None:
        return age > timedelta(seconds=settings.IDEMPOTENCY_IN_FLIGHT_SECONDS)
    return age > timedelta(hours=settings.IDEMPOTENCY_KEY_HOURS)


def remember(row: IdempotencyKey, response: Response) -> None:
    """Store the answer. Conflict if our claim counted as lost and somebody else took over."""
    stored = IdempotencyKey.objects.filter(pk=row.pk, claim=row.claim).update(
        status=response.status_code,
        body=response.data,
        location=response.headers.get("Location", ""),
        answered_at=timezone.now(),
    )
    if not stored:
        raise Conflict(IN_FLIGHT, code="idempotency_key_in_use")


def replay(row: IdempotencyKey) -> Response:
    """The first answer again."""
    headers = {"Location": row.location, "Idempotency-Replayed": "true"}
    return Response(row.body, status=row.status, headers=headers)


def forget() -> int:
    """Delete the keys whose time is over; how many they were."""
    oldest = timezone.now() - timedelta(hours=settings.IDEMPOTENCY_KEY_HOURS)
    return IdempotencyKey.objects.filter(started_at__lt=oldest).delete()[0]
