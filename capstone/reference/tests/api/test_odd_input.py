# FILE SOLUTION 03
"""What no honest caller sends is the caller's mistake, and not ours: 400, never 500."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from posts.models import Post

POST = {"title": "Hello", "body": "Something to read."}
NUL, HALF = "x\0", "\ud800"
TEXTS = [
    ("posts", {**POST, "title": NUL}),
    ("posts", {**POST, "category": NUL}),
    ("posts", {**POST, "tags": [NUL]}),
    ("posts", {**POST, "category": HALF}),
    ("posts", {**POST, "tags": ["a", HALF]}),
    ("posts", {**POST, HALF: 1}),
    ("comments", {"post": 1, "body": NUL}),
    ("comments", {"post": HALF, "body": "Well said."}),
    ("comments", {"post": 2**70, "body": "Well said."}),
    ("users", {"username": "ann", "role": NUL}),
    ("users", {"username": "ann", "role": HALF}),
    ("users", {"username": HALF}),
    ("tags", {"name": HALF}),
]
DEEP = ["[" * 100_000, '{"title":' * 100_000, "[" * 30 + "]" * 30]


def post_json(client: APIClient, collection: str, body: str) -> Any:
    """The answer to a body that is sent as it is."""
    path = f"/api/v1/{collection}/"
    return client.post(path, body, content_type="application/json")


@pytest.mark.parametrize(("collection", "sent"), TEXTS)
def test_text_that_nothing_can_hold(
    collection: str, sent: dict[str, Any], api_client: APIClient, admin_user: User
) -> None:
    assert post_json(api_client, collection, json.dumps(sent)).status_code == 400


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
