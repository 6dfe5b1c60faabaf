"""A request that comes again with its key is answered as the first was."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

from api.models import IdempotencyKey
from api.problems import Problem
from api.reading import body, fingerprint
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

_KEY = re.compile(r"[\x20-\x7e]{1,255}")


def once(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """What `answer` gives, or what it gave to the same request before. Raises Problem."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return answer()
    if not _KEY.fullmatch(key):
        raise Problem(
            400,
            "idempotency_key_invalid",
            "An Idempotency-Key has 1 to 255 printable ASCII characters.",
        )
    print_ = fingerprint(body(request))
    rows = IdempotencyKey.objects.filter(user=request.user.pk, key=key)
    claim = uuid.uuid4().hex
    earlier = _claim(rows, request.user.pk, key, print_, claim)
    if earlier is not None:
        return _replay(earlier, print_)
    try:
        with transaction.atomic():
            response = answer()
            if response.status_code == 201:
                _remember(rows, claim, response)
    except IntegrityError as error:
        # What it speaks about was deleted at this very moment.
        _forget(rows, claim)
        raise _busy() from error
    except BaseException:
        _forget(rows, claim)
        raise
    if response.status_code != 201:
        _forget(rows, claim)
    return response


def expired() -> QuerySet[IdempotencyKey]:
    """Keys whose time is over."""
    hours = timedelta(hours=settings.IDEMPOTENCY_KEY_HOURS)
    return IdempotencyKey.objects.filter(claimed_at__lte=timezone.now() - hours)


def _busy() -> Problem:
    return Problem(409, "idempotency_key_in_use", "A request with this key is being worked on.")


def _claim(rows: QuerySet[IdempotencyKey], user_id: int, key: str, print_: str, claim: str) -> IdempotencyKey | None:
    """None if the key is ours to work on now; else what somebody made of it before."""
    for _ in range(5):
        now = timezone.now()
        IdempotencyKey.objects.bulk_create(
            [
                IdempotencyKey(
                    user_id=user_id,
                    key=key,
                    fingerprint=print_,
                    claim=claim,
                    claimed_at=now,
                )
            ],
            ignore_conflicts=True,
        )
        row = rows.first()
        if row is None:  # refused and forgotten between our two looks
            continue
        if row.claim == claim:
            return None
        if row.status is None:
            lifetime = timedelta(seconds=settings.IDEMPOTENCY_IN_FLIGHT_SECONDS)
        else:
            lifetime = timedelta(hours=settings.IDEMPOTENCY_KEY_HOURS)
        if row.claimed_at + lifetime > now:
            return row
        unchanged = rows.filter(
            claim=row.claim,
            claimed_at=row.claimed_at,
            status__isnull=row.status is None,
        )
        taken_over = unchanged.update(
            fingerprint=print_,
            claim=claim,
            claimed_at=now,
            status=None,
            body="",
            location="",
        )
        if taken_over:
            return None
    raise _busy()


def _replay(row: IdempotencyKey, print_: str) -> HttpResponse:
    if row.fingerprint != print_:
        raise Problem(
            422,
            "idempotency_key_reused",
            "This key was sent with another body before; take a new one.",
        )
    if row.status is None:
        raise _busy()
    return HttpResponse(
        row.body,
        status=row.status,
        content_type="application/json",
        headers={"Location": row.location, "Idempotency-Replayed": "true"},
    )


def _remember(rows: QuerySet[IdempotencyKey], claim: str, response: HttpResponse) -> None:
    remembered = rows.filter(claim=claim).update(
        status=response.status_code,
        body=response.content.decode(),
        location=response.headers["Location"],
    )
    if not remembered:  # we took so long that somebody else went ahead
        raise _busy()


def _forget(rows: QuerySet[IdempotencyKey], claim: str) -> None:
    rows.filter(claim=claim).delete()
