"""What objects show, single and in lists, and what of it can be sent: the brief, task 1."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.choices import CommentStatus
from tests.api.conftest import World
from tests.factories import CommentFactory, TagFactory

FIELDS = {
    "posts": "id title slug body status published_at author category tags created_at updated_at",
    "comments": "id post author body status created_at updated_at",
    "categories": "id name slug description created_at updated_at",
    "tags": "id name slug created_at updated_at",
    "users": "id username email first_name last_name role is_active created_at updated_at",
}
# What a list shows and a single object does not, and the other way.
ONLY_LISTED = {"posts": {"comment_count"}, "categories": {"post_count"}}
ONLY_SINGLE = {"posts": {"body"}}
SENT: dict[str, dict[str, Any]] = {
    "posts": {"title": "New", "body": "Text.", "category": None, "tags": []},
    "comments": {"body": "New."},
    "categories": {"name": "New", "description": "Words."},
    "tags": {"name": "New"},
    "users": {
        "username": "new",
        "email": "new@example.org",
        "first_name": "N",
        "last_name": "E",
        "role": "editor",
        "is_active": False,
    },
}


@pytest.mark.parametrize("collection", FIELDS)
def test_objects_have_their_fields(
    collection: str, admin_client: APIClient, world: World
) -> None:
    fields = set(FIELDS[collection].split())
    single = admin_client.get(world.address(f"/api/v1/{collection}/{{id}}/")).json()
    assert set(single) == fields
    listed = admin_client.get(f"/api/v1/{collection}/").json()["results"][0]
    only_single = ONLY_SINGLE.get(collection, set())
    assert set(listed) == fields - only_single | ONLY_LISTED.get(collection, set())


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.parametrize("collection", FIELDS)
def test_what_can_be_sent_is_stored_and_the_rest_ignored(
    collection: str, method: str, admin_client: APIClient, world: World
) -> None:
    address = world.address(f"/api/v1/{collection}/{{id}}/")
    before, sent = admin_client.get(address).json(), SENT[collection]
    read = before.keys() - sent.keys()
    nonsense = {name: {"no": ["sense"]} for name in (*read, "is_staff", "nothing")}
    answer = getattr(admin_client, method)(address, nonsense | sent)
    assert answer.status_code == 200
    after = admin_client.get(address).json()
    assert answer.json() == after
    assert after == before | sent | {"updated_at": after["updated_at"]}


@pytest.mark.parametrize("field", FIELDS["users"].split())
def test_of_oneself_one_changes_the_names(
    field: str, admin_client: APIClient, world: World
) -> None:
    before = admin_client.get("/api/v1/users/me/").json()
    sent = {field: SENT["users"].get(field, 5)}
    answer = admin_client.patch("/api/v1/users/me/", sent)
    changed = sent if field in ("first_name", "last_name") else {}
    assert answer.status_code == 200
    assert answer.json() | {"updated_at": ""} == before | changed | {"updated_at": ""}


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_of_oneself_there_is_no_more(method: str, admin_client: APIClient) -> None:
    address = "/api/v1/users/me/"
    assert getattr(admin_client, method)(address, {}).status_code == 405
    assert getattr(APIClient(), method)(address, {}).status_code == 401


def test_counts_are_of_what_everybody_sees(
    admin_client: APIClient, world: World
) -> None:
    CommentFactory.create_batch(2, post=world.post)
    CommentFactory(post=world.post, status=CommentStatus.APPROVED)
    post = admin_client.get("/api/v1/posts/").json()["results"][-1]
    assert post["comment_count"] == 2


@pytest.mark.parametrize(
    ("path", "has_count"),
    [
        ("posts", True),
        ("comments", False),
        ("categories", True),
        ("tags", True),
        ("users", True),
    ],
)
def test_pages_have_their_members(
    path: str, has_count: bool, admin_client: APIClient, world: World
) -> None:
    page = admin_client.get(f"/api/v1/{path}/").json()
    members = {"next", "previous", "results"} | ({"count"} if has_count else set())
    assert set(page) == members


@pytest.mark.parametrize("prefix", ["/api/v1", "/api"])
def test_links_lead_to_the_host_that_was_asked(
    prefix: str, admin_client: APIClient, world: World
) -> None:
    TagFactory()
    page = admin_client.get(f"{prefix}/tags/?limit=1").json()
    assert page["next"] == f"http://testserver{prefix}/tags/?limit=1&offset=1"
    made = admin_client.post(f"{prefix}/tags/", {"name": "Ice"})
    canonical = f"http://testserver/api/v1/tags/{made.json()['id']}/"
    assert made.headers["Location"] == canonical
