# FILE SOLUTION 04
"""Brute-force protection: for which name attempts are counted, and what a refusal says."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http import HTTPStatus
from math import ceil
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.models import User
from api.problems import CONTENT_TYPE, in_api, problem
from core import client_address
from core.networks import network_address

DETAIL = "Too many failed attempts to log in. Try again later."


def attempted_username(
    request: HttpRequest, credentials: dict[str, Any] | None = None
) -> str | None:
    """The name that somebody tries, in the one form in which it is counted.

    Normalised as the look-up of the account normalises it, or each spelling of a name would have
    attempts of its own; and no longer than a name can be, or the database could not hold it.
    """
    given = (credentials or request.POST).get("username")
    if given is None:
        return None
    field = User._meta.get_field("username")
    return str(field.to_python(given))[: field.max_length].replace("\0", "")


def attempting_client(request: HttpRequest) -> str | None:
    """The address for which attempts are counted: of an IPv6 address that of its network.

    Whoever has a /64 network, as every customer of a provider does, could guess from another
    address each time.
    """
    address = client_address.of_request(request)
    return address and network_address(address)


@contextmanager
def one_at_a_time(request: HttpRequest, username: str | None) -> Iterator[None]:
    """Evaluate attempts for one name from one address one after the other, in a transaction.

    Whoever looks how many have failed, and then takes the time to hash a password, must not be
    overtaken by others who looked at the same number: all of them would be let through. The lock is
    PostgreSQL's own and ends with the outermost transaction, when the failure can be counted.
    """
    name = attempted_username(request, {"username": username})
    key = sha256(repr((name, attempting_client(request))).encode()).digest()
    with transaction.atomic():
        if connection.vendor == "postgresql":
            number = int.from_bytes(key[:8], signed=True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        yield


def is_refused(request: HttpRequest | None) -> bool:
    """Whether an attempt was turned away unevaluated, since its name is locked out already.

    Such attempts are counted, but nothing is stored of each: nobody may fill the audit log.
    """
    locked = getattr(request, "axes_locked_out", False)
    return locked and getattr(request, "axes_failures_since_start", None) is None


def locked_out(
    request: HttpRequest,
    answer: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """429 in place of the view's answer, alike whether there is such an account or not."""
    seconds = ceil(settings.AXES_COOLOFF_TIME.total_seconds())
    return too_many_attempts(request, code="locked_out", seconds=seconds)


def too_many_attempts(request: HttpRequest, *, code: str, seconds: int) -> HttpResponse:
    """429, as a problem to programs and as a sentence to browsers; try again after so long."""
    status = HTTPStatus.TOO_MANY_REQUESTS
    body = problem(status, detail=DETAIL, code=code, path=request.path)
    refusal = (
        JsonResponse(body, status=status, content_type=CONTENT_TYPE)
        if in_api(request)
        else HttpResponse(
            DETAIL, status=status, content_type="text/plain; charset=utf-8"
        )
    )
    refusal.headers["Retry-After"] = str(seconds)
    refusal.headers["Cache-Control"] = "no-store"
    return refusal
