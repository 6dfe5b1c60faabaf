"""How posts are found over HTTP."""

from datetime import datetime

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import CategoryFactory, PostFactory, TagFactory, UserFactory


@pytest.fixture
def shelf(editor_user: User) -> None:
    """Three posts, which an editor looks through."""
    snow = TagFactory(name="Snow")
    days = [
        datetime(2026, 5, day, 12, tzinfo=timezone.get_default_timezone())
        for day in (1, 2)
    ]
    ann = UserFactory(username="ann")
    first = PostFactory(title="b", author=ann, out=True, published_at=days[0])
    second = PostFactory(title="a", category=CategoryFactory(name="Weather"), out=True)
    second.published_at = days[1]
    second.save()
    PostFactory(title="c", body="It SNOWED.", author=ann)
    first.tags.add(snow, TagFactory())
    second.tags.add(snow)


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", "cab"),
        ("status=draft", "c"),
        ("author=ann", "cb"),
        ("author=nobody", ""),
        ("category=weather", "a"),
        ("category=nowhere", ""),
        ("tag=snow", "ab"),
        ("tag=snow&author=ann", "b"),
        ("search=snowed", "c"),
        ("search=", "cab"),
        ("published_after=2026-05-02T12:00:00Z", "a"),
        ("published_before=2026-05-02T12:00:00Z", "b"),
        ("published_before=2026-05-02T13:30:00%2B02:00", "b"),
        ("ordering=title", "abc"),
        ("ordering=-title", "cba"),
        ("ordering=created_at", "bac"),
        ("ordering=published_at&status=published", "ba"),
        ("unknown=x", "cab"),
    ],
)
def test_posts_are_found(query: str, titles: str, api_client: APIClient) -> None:
    answer = api_client.get(f"/api/v1/posts/?{query}").json()
    assert "".join(post["title"] for post in answer["results"]) == titles


@pytest.mark.parametrize(
    "query",
    [
        "status=lost",
        "status=",
        "published_before=",
        "ordering=body",
        "search=%00",
        "published_after=yesterday",
        "published_after=2026-05-02",
        "published_after=2026-05-02T12:00:00",
        "published_after=2026-02-30T12:00:00Z",
        "published_before=0001-01-01T00:00:00%2B14:00",
    ],
)
def test_what_cannot_be_understood_is_refused(
    query: str, api_client: APIClient
) -> None:
    answer = api_client.get(f"/api/v1/posts/?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == query.partition("=")[0]
