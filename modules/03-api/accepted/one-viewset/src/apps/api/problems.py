"""One shape for every error: problem details (RFC 9457)."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError as DomainError
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"

# What is said where nobody has said anything more exact: status -> code, detail.
WORDS = {
    400: ("bad_request", "The request cannot be understood."),
    401: ("not_authenticated", "Log in first."),
    403: ("permission_denied", "You may not do this."),
    404: ("not_found", "There is nothing here."),
    405: ("method_not_allowed", "This method is not used here."),
    406: ("not_acceptable", "There is only JSON here."),
    409: ("conflict", "This does not fit what is stored."),
    412: ("precondition_failed", "The object is not the one that you have seen."),
    413: ("too_large", "The request is too large."),
    415: ("unsupported_media_type", "Send application/json."),
    422: ("idempotency_key_reused", "This key came with another body before."),
    429: ("throttled", "Too many requests."),
    500: ("server_error", "Something went wrong on our side."),
    503: ("unavailable", "Try again later."),
}


class Conflict(exceptions.APIException):
    """The request does not fit what is stored."""

    status_code = 409
    default_code, default_detail = WORDS[409]


class PreconditionFailed(exceptions.APIException):
    """The object is not the one of If-Match."""

    status_code = 412
    default_code, default_detail = WORDS[412]


def problem(
    request: HttpRequest,
    status: int,
    *,
    detail: str | None = None,
    code: str | None = None,
    errors: list[dict[str, str]] | None = None,
) -> HttpResponse:
    """The answer."""
    usual_code, usual_detail = WORDS.get(status, (f"http_{status}", "No."))
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or usual_detail,
        "instance": escape_uri_path(request.path),
        "code": code or usual_code,
    }
    if errors is not None:
        body["errors"] = errors
    return HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """REST framework's exception handler. What it does not know becomes a 500 further out."""
    if isinstance(error, DomainError):
        error = exceptions.ValidationError(of_domain(error))
    elif isinstance(error, ProtectedError):
        error = Conflict("Others depend on it.")
    usual: Response | None = exception_handler(error, context)
    if usual is None:
        return None
    request = context["request"]._request
    if isinstance(error, exceptions.ValidationError):
        answer = problem(
            request,
            400,
            detail="Something in the request is wrong.",
            code="invalid",
            errors=list(_entries(error.detail, request.method)),
        )
    else:
        said = usual.data.get("detail")
        answer = problem(
            request,
            usual.status_code,
            detail=str(said) if said else None,
            code=getattr(said, "code", None),
        )
    for name, value in usual.headers.items():
        if name != "Content-Type":
            answer[name] = value
    return answer


def of_domain(
    error: DomainError | Mapping[str, list[DomainError]],
) -> dict[str, list[exceptions.ErrorDetail]]:
    """What a model has to say, in the words of REST framework."""
    found: Mapping[str, list[DomainError]]
    if isinstance(error, Mapping):
        found = error
    elif hasattr(error, "error_dict"):
        found = error.error_dict
    else:
        found = {"__all__": error.error_list}
    return {
        api_settings.NON_FIELD_ERRORS_KEY if name == "__all__" else name: [
            exceptions.ErrorDetail(message, code=one.code or "invalid") for one in several for message in one.messages
        ]
        for name, several in found.items()
    }


def _entries(detail: Any, method: str | None) -> Iterator[dict[str, str]]:
    for path, message in _messages(detail, ()):
        entry = {"detail": str(message), "code": message.code or "invalid"}
        if method in ("GET", "HEAD"):
            entry["parameter"] = path[0] if path else ""
        else:
            entry["pointer"] = "#" + "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
        yield entry


def _messages(detail: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], exceptions.ErrorDetail]]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            whole = key == api_settings.NON_FIELD_ERRORS_KEY
            yield from _messages(value, path if whole else (*path, str(key)))
    elif isinstance(detail, list):
        for value in detail:
            yield from _messages(value, path)
    else:
        yield path, detail
