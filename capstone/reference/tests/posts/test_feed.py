# FILE SOLUTION 05
"""What the public reads from the cache, and that it is never old."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from unittest.mock import Mock, patch

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from core.choices import CommentStatus
from comments.models import Comment
from comments.screening import screen_comment
from comments.services import edit_comment
from core import remember
from core.circuit import CircuitOpenError
from posts.models import PendingInvalidation, Post
from posts.services import archive_post, publish_post
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    TagFactory,
    UserFactory,
)

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


def test_the_second_reader_asks_only_whether_something_has_changed(
    api_client: APIClient, post: Post, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = api_client.get(LIST)
    with django_assert_num_queries(1):
        second = api_client.get(LIST)
    assert first.json() == second.json()
    assert first["ETag"] == second["ETag"]


def test_what_was_written_is_there_before_the_first_reader(
    api_client: APIClient, post: Post, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
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


class TestFailingCache:
    """A cache that cannot be told of a change, and is not believed until it was."""

    def test_what_was_taken_down_is_gone_although_the_cache_was_not_told(
        self,
        api_client: APIClient,
        post: Post,
        committed: Callable[[], AbstractContextManager[object]],
    ) -> None:
        address = f"{LIST}{post.pk}/"
        assert api_client.get(address).status_code == 200
        with patch("core.remember.forget", side_effect=CircuitOpenError) as told:
            with committed():
                archive_post(post=post, by=post.author)
            assert told.called
            assert api_client.get(address).status_code == 404
            assert api_client.get(LIST).json()["results"] == []
        # The cache answers again: the first reader tells it, and the next one is served from it.
        assert api_client.get(address).status_code == 404
        assert not PendingInvalidation.objects.exists()
        assert api_client.get(LIST).json()["results"] == []

    def test_nothing_is_remembered_that_somebody_could_believe_later(
        self,
        api_client: APIClient,
        post: Post,
        committed: Callable[[], AbstractContextManager[object]],
    ) -> None:
        with patch("core.remember.forget", side_effect=CircuitOpenError), committed():
            post.save()
        with (
            patch("core.remember.forget", side_effect=CircuitOpenError),
            patch("core.remember.store") as store,
        ):
            assert api_client.get(LIST).status_code == 200
        assert not store.called


class TestWhatTellsTheCache:
    """Only what the public sees, and once for each transaction."""

    @pytest.fixture
    def told(self, post: Post) -> Iterator[Mock]:
        """How often a new generation began, since there is a post."""
        with patch("core.remember.forget", wraps=remember.forget) as forget:
            yield forget

    @pytest.mark.parametrize(
        "change",
        [
            lambda post: UserFactory(),
            lambda post: post.author.save(update_fields=["last_login"]),
            lambda post: post.author.save(),
            lambda post: CommentFactory(post=post),
            lambda post: screen_comment(comment_id=CommentFactory(post=post).pk),
            lambda post: PostFactory().save(),
            lambda post: PostFactory().tags.add(TagFactory()),
            lambda post: CategoryFactory(),
        ],
    )
    def test_what_nobody_sees_tells_it_nothing(
        self,
        change: Callable[[Post], object],
        post: Post,
        told: Mock,
        committed: Callable[[], AbstractContextManager[object]],
    ) -> None:
        with committed():
            change(post)
        assert told.call_count == 0

    def test_a_transaction_tells_it_once(
        self,
        told: Mock,
        committed: Callable[[], AbstractContextManager[object]],
        post: Post,
    ) -> None:
        tags = [TagFactory(), TagFactory()]
        with committed():
            post.title = "Another"
            post.save()
            post.tags.set(tags)
            post.tags.set(tags[:1])
            CommentFactory.create_batch(3, post=post, status=CommentStatus.APPROVED)
            post.delete()
        assert told.call_count == 1

    def test_a_change_is_noted_once(
        self, api_client: APIClient, post: Post, editor_user: User
    ) -> None:
        """The post itself; its tags look whether it is noted already."""
        tags = [TagFactory().slug for _ in range(5)]
        sent = {"title": "Another", "tags": tags}
        with CaptureQueriesContext(connection) as captured:
            answer = api_client.patch(f"{LIST}{post.pk}/", sent)
        assert answer.status_code == 200
        statements = [query["sql"] for query in captured.captured_queries]
        about_notes = [sql for sql in statements if "posts_pendinginvalidation" in sql]
        assert [sql.split()[0] for sql in about_notes] == ["INSERT", "SELECT"]

    def test_a_log_in_asks_nothing_more(
        self, post: Post, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(1):
            post.author.save(update_fields=["last_login"])

    def test_what_was_taken_back_counts_for_nothing(
        self,
        told: Mock,
        committed: Callable[[], AbstractContextManager[object]],
        post: Post,
    ) -> None:
        def fail() -> None:
            with transaction.atomic():
                post.save()
                raise LookupError

        with committed():
            with pytest.raises(LookupError):
                fail()
            assert not PendingInvalidation.objects.exists()
            post.save()
        assert told.call_count == 1


@pytest.mark.parametrize(
    "hide",
    [
        lambda comment: comment.delete(),
        lambda comment: edit_comment(comment=comment, by=comment.author, body="Other."),
    ],
)
def test_a_comment_that_is_no_longer_approved_is_no_longer_counted(
    hide: Callable[[Comment], object],
    api_client: APIClient,
    post: Post,
    committed: Callable[[], AbstractContextManager[object]],
) -> None:
    with committed():
        comment = CommentFactory(post=post, status=CommentStatus.APPROVED)
    assert api_client.get(LIST).json()["results"][0]["comment_count"] == 1
    with committed():
        hide(comment)
    assert api_client.get(LIST).json()["results"][0]["comment_count"] == 0
