# FILE SOLUTION 04
"""Examples of log-ins for the OpenAPI document."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_PASSWORD = "correct horse battery"  # noqa: S105  nobody's
_TOKEN = "eyJhbGciOiJIUzI1NiIs…"  # noqa: S105  the beginning of any


def _sent(value: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample("Sent", value=value, request_only=True)]


def _returned(value: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample("Returned", value=value, response_only=True)]


LOGIN = _sent({"username": "ann", "password": _PASSWORD})
REGISTRATION = _sent(
    {"username": "ann", "email": "ann@example.org", "password": _PASSWORD}
)
REFRESH = _sent({"refresh": _TOKEN})
PASSWORD_CHANGE = _sent(
    {"current_password": _PASSWORD, "new_password": "a better horse battery"}
)
TOKEN_PAIR = _returned({"access": _TOKEN, "refresh": _TOKEN})
ACCEPTED = _returned(
    {"detail": "If name and address were free, the account is open: log in."}
)
