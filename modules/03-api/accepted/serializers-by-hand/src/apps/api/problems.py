"""Errors as problem documents (RFC 9457), for everything below /api/."""

import math
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    ObjectDoesNotExist,
    PermissionDenied,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.encoding import escape_uri_path
from django.views import defaults
from rest_framework import exceptions, status

CONTENT_TYPE = "application/problem+json"
PREFIX = "/api/"
WHOLE = ("non_field_errors", NON_FIELD_ERRORS, "")

CODES = {
    400: "bad_request",
    403: "permission_denied",
    404: "not_found",
    409: "conflict",
    500: "server_error",
}
DETAILS = {
    400: "The request makes no sense.",
    403: "You may not do this.",
    404: "There is nothing here.",
    409: "Something else is in the way.",
    500: "Something went wrong. It is our fault, and we have been told.",
}


class Conflict(exceptions.APIException):
    """409: the state of things does not allow it."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "Something else is in the way."
    default_code = "conflict"


class PreconditionFailed(exceptions.APIException):
    """412: it has changed since it was read."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "It has changed since you read it."
    default_code = "precondition_failed"


class KeyUsedOtherwise(exceptions.APIException):
    """422: the Idempotency-Key belongs to another body."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key was sent with another body before."
    default_code = "idempotency_key_reused"


def is_ours(request: HttpRequest) -> bool:
    """Whether the path is below /api/."""
    return request.path_info.startswith(PREFIX)


def problem(
    request: HttpRequest,
    code: int,
    *,
    name: str | None = None,
    detail: str | None = None,
    errors: list[dict[str, str]] | None = None,
) -> JsonResponse:
    """The answer itself."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(code).phrase,
        "status": code,
        "detail": detail or DETAILS.get(code) or HTTPStatus(code).phrase,
        "instance": escape_uri_path(request.path),
        "code": name or CODES.get(code, "error"),
    }
    if errors is not None:
        body["errors"] = errors
    return JsonResponse(body, status=code, content_type=CONTENT_TYPE)


# ---- fields and parameters


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _leaves(detail: Any, path: tuple[object, ...] = ()) -> Iterator[tuple[tuple[object, ...], str, str]]:
    """(path, text, code) of each single error in what REST framework gathered."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            yield from _leaves(value, path if key in WHOLE else (*path, key))
    elif isinstance(detail, list | tuple):
        for number, value in enumerate(detail):
            deeper = isinstance(value, Mapping | list | tuple)
            yield from _leaves(value, (*path, number) if deeper else path)
    else:
        yield path, str(detail), str(getattr(detail, "code", None) or "invalid")


def entries(request: HttpRequest, detail: Any) -> list[dict[str, str]]:
    """The list `errors`: what is wrong and where."""
    is_read = request.method in ("GET", "HEAD")
    found = []
    for path, text, code in _leaves(detail):
        entry = {"detail": text or "Wrong.", "code": code}
        if is_read:
            entry["parameter"] = str(path[0]) if path else ""
        else:
            entry["pointer"] = "#" + "".join(f"/{_escaped(part)}" for part in path)
        found.append(entry)
    return found


def as_detail(exc: DjangoValidationError) -> dict[str, list[exceptions.ErrorDetail]]:
    """What Django's forms and models say, as REST framework would say it."""
    by_field = exc.error_dict if hasattr(exc, "error_dict") else {NON_FIELD_ERRORS: exc.error_list}
    return {
        field: [
            exceptions.ErrorDetail(message, code=error.code or "invalid")
            for error in errors
            for message in error.messages
        ]
        for field, errors in by_field.items()
    }


# ---- REST framework's views


def exception_handler(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Every refusal of a view as a problem; None for what is our own fault."""
    request: HttpRequest = context["request"]._request
    if isinstance(exc, DjangoValidationError):
        exc = exceptions.ValidationError(as_detail(exc))
    if isinstance(exc, exceptions.ValidationError):
        return problem(
            request,
            400,
            name="invalid",
            detail="Some of what was sent is wrong.",
            errors=entries(request, exc.detail),
        )
    if isinstance(exc, exceptions.APIException):
        return _of_framework(request, exc)
    if isinstance(exc, IntegrityError) and request.method not in ("GET", "HEAD"):
        text = "What this refers to was changed by somebody else just now. Try again."
        error = exceptions.ErrorDetail(text, code="conflict")
        return problem(request, 400, detail=text, errors=entries(request, {"": [error]}))
    for kind, code in (
        (Http404, 404),
        (ObjectDoesNotExist, 404),
        (PermissionDenied, 403),
        (SuspiciousOperation, 400),
    ):
        if isinstance(exc, kind):
            return problem(request, code)
    return None


def _of_framework(request: HttpRequest, exc: exceptions.APIException) -> HttpResponse:
    codes = exc.get_codes()
    name = codes if isinstance(codes, str) else exc.default_code
    response = problem(request, exc.status_code, name=name, detail=str(exc.detail))
    if header := getattr(exc, "auth_header", None):
        response["WWW-Authenticate"] = header
    if (wait := getattr(exc, "wait", None)) is not None:
        response["Retry-After"] = str(max(1, math.ceil(wait)))
    return response


# ---- Django's own handlers (config.urls): what no view answered


def _handler(code: int, page: Callable[..., HttpResponse]) -> Callable[..., Any]:
    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_ours(request):
            return problem(request, code)
        return page(request, *args, **kwargs)

    return handle


bad_request = _handler(400, defaults.bad_request)
permission_denied = _handler(403, defaults.permission_denied)
page_not_found = _handler(404, defaults.page_not_found)
server_error = _handler(500, defaults.server_error)
