"""What somebody is told who failed to log in too often."""

from http import HTTPStatus
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from api.problems import CONTENT_TYPE, in_api, problem

DETAIL = "Too many failed attempts to log in. Try again later."


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
