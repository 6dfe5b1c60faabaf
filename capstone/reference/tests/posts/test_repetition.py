# FILE SOLUTION 03
"""What is done already is not done again: nothing of it moves."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User

# BEGIN SOLUTION 04
from audit.models import AuditEntry

# END
from core.choices import CommentStatus
from posts.choices import PostStatus
from tests.factories import CommentFactory, PostFactory

DONE: dict[str, Callable[[], Any]] = {
    "posts/{}/publish": lambda: PostFactory(out=True).pk,
    "posts/{}/unpublish": lambda: PostFactory(status=PostStatus.ARCHIVED).pk,
    "comments/{}/approve": lambda: CommentFactory(status=CommentStatus.APPROVED).pk,
    "comments/{}/reject": lambda: CommentFactory(status=CommentStatus.REJECTED).pk,
}


@pytest.mark.parametrize("action", DONE)
def test_a_repetition_changes_nothing(
    action: str, api_client: APIClient, editor_user: User
) -> None:
    address = f"/api/v1/{action.format(DONE[action]())}/"
    row = address.rsplit("/", 2)[0] + "/"
    before = api_client.get(row)
    answer = api_client.post(address)
    assert (answer.status_code, answer.json()) == (200, before.json())
    assert api_client.get(row)["ETag"] == before["ETag"]
    # BEGIN SOLUTION 04
    assert not AuditEntry.objects.exclude(action="logged_in").exists()
    # END
