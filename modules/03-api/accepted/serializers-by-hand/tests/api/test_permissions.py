"""The two tests of the course's test matrix."""

from typing import Any

from accounts.models import User
from posts.models import Post
from rest_framework.test import APIClient


class TestPostApiPermissions:
    def test_editor_can_publish(self, api_client: APIClient, editor_user: User, draft_post: Post) -> None:
        response = api_client.post(f"/api/posts/{draft_post.id}/publish/")
        assert response.status_code == 200
        assert response.json()["status"] == "published"

    def test_reader_cannot_create(self, api_client: APIClient, reader_user: User, post_payload: dict[str, Any]) -> None:
        response = api_client.post("/api/posts/", post_payload)
        assert response.status_code == 403
