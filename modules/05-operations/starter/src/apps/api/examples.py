"""Examples in the OpenAPI document: what one sends, and what comes back."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

# What every row has besides.
STAMPS = {
    "created_at": "2026-11-02T08:30:00Z",
    "updated_at": "2026-11-02T09:15:00Z",
}


def with_examples[Serializer: Callable[..., Any]](
    *, sent: dict[str, Any] | None = None, returned: dict[str, Any]
) -> Callable[[Serializer], Serializer]:
    """A serializer's decorator: an example in each direction that it works in."""
    examples = [OpenApiExample("Returned", value=returned, response_only=True)]
    if sent is not None:
        examples.append(OpenApiExample("Sent", value=sent, request_only=True))
    return extend_schema_serializer(examples=examples)
