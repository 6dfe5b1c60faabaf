"""The OpenAPI document: committed as it is made, and silent about nothing."""

import re
from typing import Any

import pytest
import yaml
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from api.schema import OperationSchema
from tests.api.conftest import DOCUMENT

OPERATIONS = [
    pytest.param(operation, id=operation["operationId"])
    for path in DOCUMENT["paths"].values()
    for operation in path.values()
]


def test_what_is_committed_is_what_is_made() -> None:
    """If not: manage.py spectacular --api-version v1 --file openapi.yaml."""
    made = SchemaGenerator(api_version="v1").get_schema(public=True)  # type: ignore[no-untyped-call]
    assert yaml.safe_load(yaml.safe_dump(made)) == DOCUMENT


def test_it_is_right_by_the_specification() -> None:
    validate_schema(DOCUMENT)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operations_are_described(operation: dict[str, Any]) -> None:
    assert 0 < len(operation["summary"]) < 80
    assert operation["tags"]
    assert {"session": []} in operation["security"]
    assert {"429", "406"} <= set(operation["responses"])
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    contents = [body["content"].values() for body in bodies if "content" in body]
    for [content] in contents:
        assert content["examples"]


def test_only_canonical_addresses_are_named() -> None:
    assert all(path.startswith("/api/v1/") for path in DOCUMENT["paths"])


@pytest.mark.parametrize("prefix", ["/api/v1", "/api"])
def test_it_is_served(prefix: str, client: Any) -> None:
    answer = client.get(f"{prefix}/schema/")
    assert answer.status_code == 200
    assert yaml.safe_load(answer.content) == DOCUMENT


@pytest.mark.parametrize("page", ["docs", "redoc"])
def test_the_pages_load_nothing_from_elsewhere(page: str, client: Any) -> None:
    answer = client.get(f"/api/v1/{page}/")
    assert answer.status_code == 200
    assert b"/static/drf_spectacular_sidecar/" in answer.content
    assert not re.search(rb"""(?:src|href)=["'](?:https?:)?//""", answer.content)
    script = client.get(f"/api/v1/{page}/?script=")
    assert script.status_code == 200


def test_the_short_address_is_the_current_version(api_client: APIClient) -> None:
    for address in ("/api/posts/", "/api/v1/posts/"):
        answer = api_client.get(address)
        assert answer.status_code == 200
        assert answer.json()["results"] == []


def test_only_public_methods_of_the_library_are_overridden() -> None:
    """Private ones may go with any release."""
    ours = {name for name in vars(OperationSchema) if not name.startswith("__")}
    theirs = {name for name in dir(AutoSchema) if name.startswith("_")}
    assert "_get_response_bodies" in theirs
    assert ours & theirs == set()
