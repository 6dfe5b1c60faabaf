"""Tags over HTTP, and the pages that describe the API."""

import pytest
from rest_framework.test import APIClient

from tests.factories import TagFactory


def test_anybody_reads_tags(api_client: APIClient) -> None:
    tag = TagFactory(name="Snow")
    assert api_client.get("/api/v1/tags/").status_code == 200
    answer = api_client.get(f"/api/v1/tags/{tag.pk}/")
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["slug"]) == ("Snow", "snow")
    assert api_client.get("/api/v1/tags/0/").status_code == 404


def test_nobody_at_all_is_asked_to_log_in(api_client: APIClient) -> None:
    answer = api_client.post("/api/v1/tags/", {"name": "Snow"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("page", ["schema", "docs", "redoc"])
def test_the_api_describes_itself(page: str, api_client: APIClient) -> None:
    assert api_client.get(f"/api/v1/{page}/").status_code == 200
