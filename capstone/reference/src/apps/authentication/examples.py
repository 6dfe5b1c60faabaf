# FILE SOLUTION 04
"""Examples of log-ins for the OpenAPI document."""

from typing import Any

_PASSWORD = "correct horse battery"  # noqa: S105  nobody's
_TOKEN = "eyJhbGciOiJIUzI1NiIs…"  # noqa: S105  the beginning of any

LOGIN: dict[str, Any] = {"sent": {"username": "ann", "password": _PASSWORD}}
REGISTRATION: dict[str, Any] = {
    "sent": {"username": "ann", "email": "ann@example.org", "password": _PASSWORD}
}
REFRESH: dict[str, Any] = {"sent": {"refresh": _TOKEN}}
PASSWORD_CHANGE: dict[str, Any] = {
    "sent": {"current_password": _PASSWORD, "new_password": "a better horse battery"}
}
TOKEN_PAIR: dict[str, Any] = {"returned": {"access": _TOKEN, "refresh": _TOKEN}}
ACCEPTED: dict[str, Any] = {
    "returned": {
        "detail": "If name and address were free, the account is open: log in."
    }
}
