"""Examples of comments for the OpenAPI document."""

from typing import Any

from api.examples import STAMPS

_RETURNED = {
    "id": 19,
    "post": 7,
    "author": "ben",
    "body": "Well said.",
    "status": "pending",
    **STAMPS,
}
COMMENT: dict[str, Any] = {
    "sent": {"post": 7, "body": "Well said."},
    "returned": _RETURNED,
}
COMMENT_EDIT: dict[str, Any] = {
    "sent": {"body": "Very well said."},
    "returned": {**_RETURNED, "body": "Very well said."},
}
