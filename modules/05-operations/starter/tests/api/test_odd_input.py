"""What no honest caller sends is the caller's mistake, and not ours: 400, never 500."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from posts.models import Post

POST = {"title": "Hello", "body": "Something to read."}
NUL, HALF = "x\0", "\ud800"
# What is sent, and the field that is to blame: none where the JSON itself is broken.
TEXTS = [
    ("posts", {**POST, "title": NUL}, "#/title"),
    ("posts", {**POST, "category": NUL}, "#/category"),
    ("posts", {**POST, "tags": [NUL]}, "#/tags"),
    ("comments", {"post": 1, "body": NUL}, "#/body"),
    ("comments", {"post": 2**70, "body": "Well said."}, "#/post"),
    ("users", {"username": NUL}, "#/username"),
    ("users", {"username": "ann", "role": NUL}, "#/role"),
    ("posts", {**POST, "category": HALF}, None),
    ("posts", {**POST, "tags": ["a", HALF]}, None),
    ("posts", {**POST, HALF: 1}, None),
    ("comments", {"post": HALF, "body": "Well said."}, None),
    ("users", {"username": "ann", "role": HALF}, None),
    ("tags", {"name": HALF}, None),
]
DEEP = ["[" * 100_000, '{"title":' * 100_000, "[" * 30 + "]" * 30]


def post_json(client: APIClient, collection: str, body: str) -> Any:
    """The answer to a body that is sent as it is."""
    path = f"/api/v1/{collection}/"
    return client.post(path, body, content_type="application/json")


@pytest.mark.parametrize(("collection", "sent", "pointer"), TEXTS)
def test_text_that_nothing_can_hold(
    collection: str,
    sent: dict[str, Any],
    pointer: str | None,
    api_client: APIClient,
    admin_user: User,
) -> None:
    answer = post_json(api_client, collection, json.dumps(sent))
    assert answer.status_code == 400
    blamed = [error["pointer"] for error in answer.json().get("errors", [])]
    assert pointer in blamed if pointer else not blamed


@pytest.mark.parametrize("body", DEEP, ids=["lists", "objects", "just too deep"])
def test_json_that_is_too_deep(
    body: str, api_client: APIClient, admin_user: User
) -> None:
    answer = post_json(api_client, "posts", body)
    assert answer.status_code == 400
    assert "errors" not in answer.json()


def test_a_whole_surrogate_pair_is_a_character(
    api_client: APIClient, contributor_user: User
) -> None:
    answer = post_json(api_client, "posts", '{"title": "\\ud83d\\ude00", "body": "b"}')
    assert answer.status_code == 201
    assert Post.objects.get(pk=answer.json()["id"]).title == "\N{GRINNING FACE}"


@pytest.mark.parametrize("parameter", ["author", "category", "tag", "search"])
def test_parameters_with_nul(parameter: str, api_client: APIClient) -> None:
    answer = api_client.get(f"/api/v1/posts/?{parameter}=%00")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == parameter
