"""Saves at the same time, really: threads with connections of their own, on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from posts.models import Post
from tests.factories import UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets only one write at a time; set DATABASE_URL to a PostgreSQL",
    ),
]


def at_once(work: Callable[[], str], times: int) -> list[str]:
    """What the work returns in so many threads that start together."""
    barrier = Barrier(times)

    def start(_: int) -> str:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=10)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(start, range(times)))


def write(author: User, around: Callable[[], Any]) -> str:
    with around():
        post = Post.objects.create(title="Hello", author=author)
        Post.objects.count()  # the transaction, if there is one, is still usable
    return post.slug


@pytest.mark.parametrize("around", [nullcontext, transaction.atomic])
@pytest.mark.parametrize("writers", [2, 12])
def test_equal_titles_at_once(writers: int, around: Callable[[], Any]) -> None:
    author = UserFactory()
    slugs = at_once(lambda: write(author, around), writers)
    assert len(set(slugs)) == Post.objects.count() == writers
    if writers == 2:
        assert set(slugs) == {"hello", "hello-2"}
