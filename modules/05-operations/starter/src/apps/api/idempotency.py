"""A request that is sent twice is done once: the Idempotency-Key.

Whoever is first claims the key, in a transaction of its own, so that everybody sees it. The deed
and its answer are then stored together or not at all. Who loses the claim gets the answer, if there
is one yet; whoever comes back after their claim was taken over has done nothing.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.models import IdempotencyKey
from api.problems import Conflict
from core import clock

if TYPE_CHECKING:
    from accounts.models import User

HEADER = "Idempotency-Key"


class KeyReused(exceptions.APIException):
    """One key for two different requests."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key came with another request before."
    default_code = "idempotency_key_reused"


class InFlight(Conflict):
    """The first request has no answer yet."""

    default_detail = "A request with this Idempotency-Key is still at work. Try later."
    default_code = "idempotency_key_in_flight"


def run_idempotently(
    request: Request, user: "User", name: str, act: Callable[[], Response]
) -> Response:
    """What `act` answers, or has answered when it was asked with this key before.

    Only success is remembered: what was refused may be mended and sent again.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return act()
    if not (
        key.isascii()
        and key.isprintable()
        and 0 < len(key) <= IdempotencyKey.MAX_LENGTH
    ):
        message = f"{HEADER}: 1 to 255 printable ASCII characters."
        raise exceptions.ParseError(message)
    claimed = _claim(user, key, fingerprint(name, request.data))
    return _replay(claimed) if claimed.is_done else _perform(claimed, act)


def fingerprint(name: str, data: Any) -> str:
    """Equal for requests that ask the same; white space and the order of keys do not count."""
    what = [name, data]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _claim(user: "User", key: str, print_: str) -> IdempotencyKey:
    """The key, ours to work on or with the answer of whoever worked on it."""
    with suppress(IntegrityError), transaction.atomic():
        return IdempotencyKey.objects.create(user=user, key=key, fingerprint=print_)
    theirs = IdempotencyKey.objects.filter(user=user, key=key).first()
    if theirs is None:  # released between our two looks
        raise InFlight
    if theirs.is_over:
        return _take_over(theirs, print_)
    if theirs.fingerprint != print_:
        raise KeyReused
    if not theirs.is_done:
        raise InFlight
    return theirs


def _take_over(theirs: IdempotencyKey, print_: str) -> IdempotencyKey:
    """Claim a key that is over, unless somebody else was quicker."""
    ours = {
        "claim": uuid.uuid4(),
        "claimed_at": clock.now(),
        "fingerprint": print_,
        "status_code": None,
    }
    if not _still_claimed(theirs).update(**ours):
        raise InFlight
    theirs.refresh_from_db()
    return theirs


def _perform(claimed: IdempotencyKey, act: Callable[[], Response]) -> Response:
    """Do it, and store the answer in the same transaction; nothing stays of what fails."""
    try:
        with transaction.atomic():
            response = act()
            answer = {
                "status_code": response.status_code,
                "body": JSONRenderer().render(response.data).decode(),
                "location": response.get("Location", ""),
            }
            if not _still_claimed(claimed).update(**answer):
                raise InFlight
    except Exception:
        _still_claimed(claimed).delete()
        raise
    return response


def _still_claimed(claimed: IdempotencyKey) -> QuerySet[IdempotencyKey]:
    """The row, as long as nobody has taken it over."""
    return IdempotencyKey.objects.filter(pk=claimed.pk, claim=claimed.claim)


def _replay(done: IdempotencyKey) -> Response:
    """The answer once more, and a word that it is not the first time."""
    headers = {"Idempotency-Replayed": "true", "Location": done.location}
    return Response(json.loads(done.body), status=done.status_code, headers=headers)
