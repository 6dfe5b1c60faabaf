"""Examples of log-ins for the OpenAPI document."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_WORDS = "correct horse battery"
_INVITATION = "5.d4x2ab-8c1f…"
_OTHER_WORDS = "a better horse battery"
_JWT = "eyJhbGciOiJIUzI1NiIs…"


def _sent(value: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample("Sent", value=value, request_only=True)]


def _returned(value: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample("Returned", value=value, response_only=True)]


LOGIN = _sent({"username": "ann", "password": _WORDS})
REGISTRATION = _sent(
    {"username": "ann", "email": "ann@example.org", "password": _WORDS}
)
REFRESH = _sent({"refresh": _JWT})
INVITATION = _sent({"user": 5})
INVITED = _returned({"token": _INVITATION})
FIRST_PASSWORD = _sent({"token": _INVITATION, "new_password": _WORDS})
PASSWORD_CHANGE = _sent({"current_password": _WORDS, "new_password": _OTHER_WORDS})
TOKEN_PAIR = _returned({"access": _JWT, "refresh": _JWT})
ACCEPTED = [
    OpenApiExample(
        "Returned",
        value={"detail": "If name and address were free, the account is open: log in."},
        response_only=True,
        status_codes=["202"],  # without them it would stand beside 200 and 201 alone
    )
]
