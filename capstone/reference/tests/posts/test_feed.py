# FILE SOLUTION 05
"""What the public reads from the cache, and that it is never old."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from comments.choices import CommentStatus
from posts.models import Post
from posts.services import archive_post, publish_post
from tests.factories import CommentFactory, PostFactory, TagFactory

pytestmark = pytest.mark.django_db

LIST = "/api/v1/posts/"


def rename(user: User) -> None:
    """The name stands below each post."""
    user.username = "somebody-else"
    user.save()


@pytest.fixture(autouse=True)
def _on(settings: Settings) -> Iterator[None]:
    settings.FEED_CACHE_SECONDS = 60
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def committed(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[[], AbstractContextManager[object]]:
    """What happens in it is committed at its end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def post(committed: Callable[[], AbstractContextManager[object]]) -> Post:
    """A post that is out."""
    with committed():
        made: Post = PostFactory(out=True)
    return made


def test_the_second_reader_asks_no_database(
    api_client: APIClient, post: Post, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = api_client.get(LIST)
    with django_assert_num_queries(0):
        second = api_client.get(LIST)
    assert first.json() == second.json()
    assert first["ETag"] == second["ETag"]


def test_what_was_written_is_there_before_the_first_reader(
    api_client: APIClient, post: Post, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = api_client.get(f"{LIST}{post.pk}/")
    assert answer.json()["title"] == post.title


@pytest.mark.parametrize(
    "change",
    [
        lambda post: archive_post(post=post, by=post.author),
        lambda post: post.delete(),
        lambda post: post.tags.add(TagFactory()),
        lambda post: CommentFactory(post=post, status=CommentStatus.APPROVED),
        lambda post: PostFactory(out=True),
        lambda post: publish_post(post=(p := PostFactory()), by=p.author),
        lambda post: rename(post.author),
    ],
)
def test_a_change_shows_at_once(
    api_client: APIClient,
    post: Post,
    change: Callable[[Post], object],
    committed: Callable[[], AbstractContextManager[object]],
) -> None:
    before = api_client.get(LIST).json()
    with committed():
        change(post)
    assert api_client.get(LIST).json() != before


def test_members_read_from_the_database(
    api_client: APIClient, post: Post, editor_user: object
) -> None:
    api_client.get(LIST)
    Post.objects.update(title="Changed behind the cache")
    assert api_client.get(LIST).json()["results"][0]["title"].startswith("Changed")


def test_a_post_that_is_not_out_is_not_there(api_client: APIClient) -> None:
    for _ in range(2):
        assert api_client.get(f"{LIST}{PostFactory().pk}/").status_code == 404
