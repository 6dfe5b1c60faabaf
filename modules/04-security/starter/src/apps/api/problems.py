"""Every error has one shape: problem details, RFC 9457."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions, serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as framework_handler

from api.throttles import require_within_rates

# Called otherwise before Python 3.13.
RENAMED = {413: "Content Too Large", 422: "Unprocessable Content"}
CONTENT_TYPE = "application/problem+json"
WHOLE = {api_settings.NON_FIELD_ERRORS_KEY, "__all__"}


class Conflict(exceptions.APIException):
    """What is asked for does not go together with what is stored, or with another request."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "This does not go together with what is stored."
    default_code = "conflict"


def problem(
    status: int, *, detail: str, code: str, path: str, **members: Any
) -> dict[str, Any]:
    """The body of an error. The type is left blank: the title says what the status means."""
    return {
        "type": "about:blank",
        "title": title_of(status),
        "status": status,
        "detail": detail,
        "instance": path,
        "code": code,
        **members,
    }


def title_of(status: int) -> str:
    """What the status is called, in every version of Python alike."""
    return RENAMED.get(status) or HTTPStatus(status).phrase


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's handler, with our body. What it does not know goes on to become a 500."""
    refusal = _as_api_exception(exception)
    if isinstance(refusal, exceptions.APIException):
        try:
            require_within_rates(context["request"], context["view"])
        except exceptions.Throttled as throttled:
            refusal = throttled
    response = framework_handler(refusal, context)
    if response is not None and isinstance(refusal, exceptions.APIException):
        request = context["request"]
        response.data = _body(refusal, request)
        response.content_type = CONTENT_TYPE
    return response


def _as_api_exception(exception: Exception) -> Exception:
    """What models, services and the database raise, in REST framework's terms."""
    match exception:
        case ModelValidationError():
            return exceptions.ValidationError(
                serializers.as_serializer_error(exception)
            )
        case IntegrityError():
            return Conflict()
        case Http404():
            return exceptions.NotFound()
        case PermissionDenied():
            return exceptions.PermissionDenied(*exception.args)
        case _:
            return exception


def _body(refusal: exceptions.APIException, request: HttpRequest) -> dict[str, Any]:
    status = refusal.status_code
    if isinstance(refusal, exceptions.ValidationError):
        where = "parameter" if request.method in SAFE_METHODS else "pointer"
        return problem(
            status,
            detail="Some of what was sent cannot be accepted.",
            code="invalid",
            path=request.path,
            errors=list(_errors(refusal.get_full_details(), where)),
        )
    detail: Any = refusal.get_full_details()
    return problem(
        status,
        detail=str(detail["message"]),
        code=str(detail["code"]),
        path=request.path,
    )


def _errors(details: Any, where: str, path: str = "") -> Iterator[dict[str, str]]:
    """One entry for each complaint: what, and the field or the parameter that it is about."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        place = path.removeprefix("/") if where == "parameter" else f"#{path}"
        yield {"detail": details["message"], "code": details["code"], where: place}
    elif isinstance(details, dict):
        for name, inner in details.items():
            yield from _errors(
                inner, where, path if name in WHOLE else f"{path}/{name}"
            )
    else:
        for inner in details:
            yield from _errors(inner, where, path)


def _answer(status: HTTPStatus, detail: str, code: str, path: str) -> JsonResponse:
    body = problem(status, detail=detail, code=code, path=path)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


# What goes wrong outside REST framework's views: Django asks these, for the whole site.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, for what Django itself refuses."""
    if not in_api(request):
        return defaults.bad_request(request, exception)
    detail = "The request cannot be understood."
    return _answer(HTTPStatus.BAD_REQUEST, detail, "bad_request", request.path)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, from middleware."""
    if not in_api(request):
        return defaults.permission_denied(request, exception)
    detail = "You may not do this."
    return _answer(HTTPStatus.FORBIDDEN, detail, "permission_denied", request.path)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, for addresses that lead nowhere."""
    if not in_api(request):
        return defaults.page_not_found(request, exception or Http404())
    detail = "There is nothing at this address."
    return _answer(HTTPStatus.NOT_FOUND, detail, "not_found", request.path)


def server_error(request: HttpRequest) -> HttpResponse:
    """500. What happened is in the log, and no business of the caller's."""
    if not in_api(request):
        return defaults.server_error(request)
    detail = "Something went wrong on our side."
    return _answer(
        HTTPStatus.INTERNAL_SERVER_ERROR, detail, "server_error", request.path
    )


def in_api(request: HttpRequest) -> bool:
    """Whether the caller is a program that expects our errors."""
    return request.path.startswith("/api/")
