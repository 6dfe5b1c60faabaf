"""Errors as RFC 9457 wants them: one exception, and the answer that is made of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Complaint:
    """What is wrong with one field or parameter."""

    name: str  # "title", "tags/0"; empty for the body as a whole
    detail: str
    code: str

    def as_json(self, *, is_parameter: bool) -> dict[str, str]:
        """An entry of `errors`."""
        if is_parameter:
            place = {"parameter": self.name}
        else:
            place = {"pointer": f"#/{self.name}" if self.name else "#"}
        return {**place, "detail": self.detail, "code": self.code}


class Problem(Exception):
    """Stops what is going on; the caller gets this answer."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        complaints: Iterable[Complaint] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.complaints = tuple(complaints)
        self.headers = headers or {}

    def as_json(self, request: HttpRequest) -> dict[str, Any]:
        """The document."""
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": path_asked(request),
            "code": self.code,
        }
        if self.complaints:
            is_parameter = request.method in {"GET", "HEAD"}
            document["errors"] = [complaint.as_json(is_parameter=is_parameter) for complaint in self.complaints]
        return document

    def response(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        return HttpResponse(
            json.dumps(self.as_json(request)),
            status=self.status,
            content_type=MEDIA_TYPE,
            headers=self.headers,
        )


def path_asked(request: HttpRequest) -> str:
    """The path as it was sent, without the query."""
    raw = str(request.META.get("RAW_URI", "")).partition("?")[0]
    return raw if raw.startswith("/") else escape_uri_path(request.path)


def unauthorized() -> Problem:
    """Nobody knows who asks."""
    return Problem(
        401,
        "not_authenticated",
        "Log in to do this.",
        headers={"WWW-Authenticate": 'Session realm="api"'},
    )


def forbidden(detail: str = "You may not do this.") -> Problem:
    """We know who asks, and they may not."""
    return Problem(403, "permission_denied", detail)


def not_found(detail: str = "There is nothing here.") -> Problem:
    """No such row, or none that the caller may know of."""
    return Problem(404, "not_found", detail)


def invalid(complaints: Iterable[Complaint]) -> Problem:
    """Fields or parameters that make no sense."""
    return Problem(400, "invalid", "Some of what was sent is wrong.", complaints=complaints)


# What is said where Django, and not the API, made the answer. Nothing of the cause is told.
GENERIC = {
    400: ("bad_request", "The request makes no sense."),
    403: ("permission_denied", "You may not do this."),
    404: ("not_found", "There is nothing here."),
    405: ("method_not_allowed", "This method is not available here."),
    500: ("server_error", "Something went wrong on our side."),
}


def generic(status: int) -> Problem:
    """A problem about which nothing is known but its status."""
    code, detail = GENERIC.get(status, (f"http_{status}", "The request was not carried out."))
    return Problem(status, code, detail)
