# FILE SOLUTION 04
"""Brute-force protection: for which name attempts are counted, and what a refusal says."""

from http import HTTPStatus
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.models import User
from api.problems import CONTENT_TYPE, in_api, problem

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


def locked_out(
    request: HttpRequest, answer: HttpResponse, credentials: dict[str, Any] | None
) -> HttpResponse:
    """429 in place of the view's answer, alike whether there is such an account or not."""
    body = problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        detail=DETAIL,
        code="locked_out",
        path=request.path,
    )
    refusal = (
        JsonResponse(
            body, status=HTTPStatus.TOO_MANY_REQUESTS, content_type=CONTENT_TYPE
        )
        if in_api(request)
        else HttpResponse(
            DETAIL,
            status=HTTPStatus.TOO_MANY_REQUESTS,
            content_type="text/plain; charset=utf-8",
        )
    )
    refusal.headers["Retry-After"] = str(
        ceil(settings.AXES_COOLOFF_TIME.total_seconds())
    )
    refusal.headers["Cache-Control"] = "no-store"
    return refusal
