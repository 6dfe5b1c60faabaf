# FILE SOLUTION 03
"""How the OpenAPI document is made from the code."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

type Endpoint = tuple[str, str, str, Any]


class OperationSchema(AutoSchema):
    """An operation with all that can come of it: no error goes undocumented."""


def canonical_only(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Every operation once, under the address that names its version."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]
