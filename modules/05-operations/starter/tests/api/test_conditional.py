"""Nothing is sent twice, and nobody overwrites what they have not seen."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.api.conftest import World
from tests.factories import PostFactory, TagFactory

COLLECTIONS = ["posts", "comments", "categories", "tags", "users"]


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("path", ["/", "/{id}/"])
def test_what_is_known_is_not_sent_again(
    path: str, collection: str, admin_client: APIClient, world: World
) -> None:
    address = world.address(f"/api/v1/{collection}{path}")
    first = admin_client.get(address)
    for known in (first["ETag"], f"W/{first['ETag']}", f'"x", {first["ETag"]}', "*"):
        again = admin_client.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
    other = admin_client.get(address, headers={"If-None-Match": '"x"'})
    assert other.content == first.content
    assert other["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("method", ["patch", "put", "delete"])
def test_nobody_changes_what_they_have_not_seen(
    method: str, collection: str, admin_client: APIClient, world: World
) -> None:
    address = world.address(f"/api/v1/{collection}/{{id}}/")
    change = getattr(admin_client, method)
    before = admin_client.get(address)
    for stale in ('"x"', f"W/{before['ETag']}", "not quoted"):
        assert change(address, {}, headers={"If-Match": stale}).status_code == 412
    assert admin_client.get(address)["ETag"] == before["ETag"]


@pytest.mark.parametrize("seen", ["its ETag", "*", None])
def test_who_has_seen_it_may(seen: str | None, admin_client: APIClient) -> None:
    address = f"/api/v1/tags/{TagFactory().pk}/"
    tag = admin_client.get(address)["ETag"]
    headers = {} if seen is None else {"If-Match": "*" if seen == "*" else tag}
    answer = admin_client.patch(address, {"name": "Ice"}, headers=headers)
    assert answer.status_code == 200
    assert answer["ETag"] == admin_client.get(address)["ETag"] != tag


def test_of_two_who_have_seen_the_same_one_is_late(
    api_client: APIClient, editor_user: User
) -> None:
    address = f"/api/v1/posts/{PostFactory().pk}/"
    seen = {"If-Match": api_client.get(address)["ETag"]}
    first = api_client.post(f"{address}publish/", headers=seen)
    late = api_client.patch(address, {"title": "Late"}, headers=seen)
    assert (first.status_code, late.status_code) == (200, 412)


def test_a_new_tag_of_a_post_is_a_new_content(
    api_client: APIClient, editor_user: User
) -> None:
    post, tag = PostFactory(), TagFactory()
    address = f"/api/v1/posts/{post.pk}/"
    before = api_client.get(address)["ETag"]
    post.tags.add(tag)
    assert api_client.get(address)["ETag"] != before
