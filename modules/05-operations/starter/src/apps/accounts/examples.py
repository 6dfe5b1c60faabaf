"""Examples of people for the OpenAPI document."""

from typing import Any

from api.examples import STAMPS

_RETURNED = {
    "id": 5,
    "username": "ann",
    "email": "ann@example.org",
    "first_name": "Ann",
    "last_name": "Lee",
    "role": "contributor",
    "is_active": True,
    **STAMPS,
}
USER: dict[str, Any] = {
    "sent": {
        "username": "ann",
        "email": "ann@example.org",
        "first_name": "Ann",
        "last_name": "Lee",
        "role": "contributor",
    },
    "returned": _RETURNED,
}
ME: dict[str, Any] = {
    "sent": {"first_name": "Ann", "last_name": "Lee"},
    "returned": _RETURNED,
}
