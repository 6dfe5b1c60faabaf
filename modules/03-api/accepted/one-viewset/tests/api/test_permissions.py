"""The course's test matrix."""


class TestPostApiPermissions:
    def test_editor_can_publish(self, api_client, editor_user, draft_post):
        response = api_client.post(f"/api/posts/{draft_post.id}/publish/")
        assert response.status_code == 200
        assert response.json()["status"] == "published"

    def test_reader_cannot_create(self, api_client, reader_user, post_payload):
        response = api_client.post("/api/posts/", post_payload)
        assert response.status_code == 403
