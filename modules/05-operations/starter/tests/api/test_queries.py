"""A list of twenty costs as many queries as a list of two."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core.choices import CommentStatus
from tests.api.conftest import World
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    TagFactory,
    UserFactory,
)


def post() -> None:
    """With everything that a list shows of it."""
    full = PostFactory(out=True, category=CategoryFactory())
    full.tags.add(TagFactory(), TagFactory())
    CommentFactory(post=full, status=CommentStatus.APPROVED)


MORE: dict[str, Callable[[], Any]] = {
    "posts": post,
    "comments": CommentFactory,
    "categories": post,
    "tags": TagFactory,
    "users": UserFactory,
}


def queries(client: APIClient, collection: str) -> int:
    """How many the list costs."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(f"/api/v1/{collection}/")
    assert answer.status_code == 200
    return len(captured)


@pytest.mark.parametrize("collection", MORE)
def test_lists_cost_the_same_at_any_length(
    collection: str, admin_client: APIClient, world: World
) -> None:
    MORE[collection]()
    few = queries(admin_client, collection)
    for _ in range(18):
        MORE[collection]()
    assert queries(admin_client, collection) == few <= 6
