"""What becomes of the posts of somebody who may no longer write any."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from posts.models import Post
from tests.factories import PostFactory


@pytest.fixture
def post(db: None) -> Post:
    """A draft, whose author became a reader after it was written."""
    made: Post = PostFactory()
    User.objects.filter(pk=made.author_id).update(role=Role.READER)
    return made


def test_editors_look_after_it(
    post: Post, api_client: APIClient, editor_user: User
) -> None:
    address = f"/api/v1/posts/{post.pk}/"
    assert api_client.patch(address, {"title": "Mended"}).status_code == 200
    assert api_client.post(f"{address}publish/").status_code == 200
    assert api_client.post(f"{address}unpublish/").status_code == 200
    assert api_client.delete(address).status_code == 204


def test_its_author_does_not(post: Post, api_client: APIClient) -> None:
    api_client.force_login(User.objects.get(pk=post.author_id))
    address = f"/api/v1/posts/{post.pk}/"
    assert api_client.patch(address, {"title": "Mine"}).status_code == 403
    assert api_client.post(f"{address}publish/").status_code == 403


def test_other_rules_hold_still(
    post: Post, api_client: APIClient, editor_user: User
) -> None:
    address = f"/api/v1/posts/{post.pk}/"
    answer = api_client.patch(address, {"title": " "})
    assert {error["pointer"] for error in answer.json()["errors"]} == {"#/title"}
    Post.objects.update(body="")
    answer = api_client.post(f"{address}publish/")
    assert {error["pointer"] for error in answer.json()["errors"]} == {"#/body"}
