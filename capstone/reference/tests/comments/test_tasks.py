# FILE SOLUTION 05
"""The moderation queue, run in place."""

from collections.abc import Callable
from unittest.mock import patch

import pytest
from celery import Celery, states
from celery.result import AsyncResult
from django.core import mail
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.roles import Role
from comments import services
from core.choices import CommentStatus
from comments.models import Comment
from comments.tasks import enqueue_comment, publish_comment, requeue_unscreened_comments
from config.celery import app
from jobs.dead_letters import consume_dead_letters, read_dead_letters
from mail.models import Email
from tests.factories import CommentFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def celery_app() -> Celery:
    """The application's own, which runs tasks in place in tests."""
    assert app.conf.task_always_eager
    return app


@pytest.fixture
def comment_factory() -> Callable[[], Comment]:
    """Makes comments that wait."""
    return CommentFactory


class TestCommentModerationWorkflow:
    def test_comment_queue_drains_on_retry(self, celery_app, comment_factory):  # type: ignore[no-untyped-def]
        # simulate transient error on first try
        with patch("comments.tasks.publish_comment") as publish_comment:
            publish_comment.side_effect = [TimeoutError(), None]
            task_id = enqueue_comment(comment_factory())
            result = AsyncResult(task_id)  # type: ignore[var-annotated]
        assert result.state == states.SUCCESS


def test_what_fails_on_every_try_becomes_a_dead_letter() -> None:
    comment = CommentFactory()
    with patch("comments.tasks.publish_comment", side_effect=TimeoutError) as tries:
        task_id = enqueue_comment(comment)
    assert tries.call_count == 6
    assert AsyncResult(task_id).state == states.FAILURE
    (email,) = read_dead_letters()
    assert email == {
        "task": "comments.tasks.publish_comment",
        "id": task_id,
        "args": [comment.pk],
        "kwargs": {},
        "error": "TimeoutError",
    }
    assert [one["id"] for one in consume_dead_letters()] == [task_id]
    assert read_dead_letters() == []


def test_a_mistake_is_not_tried_again() -> None:
    with patch("comments.tasks.publish_comment", side_effect=ValueError) as tries:
        enqueue_comment(CommentFactory())
    assert tries.call_count == 1
    assert len(list(consume_dead_letters())) == 1


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_who_moderates_needs_no_moderator(role: Role) -> None:
    comment = CommentFactory(author__role=role)
    publish_comment(comment.pk)
    publish_comment(comment.pk)
    comment.refresh_from_db()
    assert comment.status == CommentStatus.APPROVED
    assert not Email.objects.exists()


def test_others_wait_and_the_author_of_the_post_gets_one_email() -> None:
    comment = CommentFactory()
    publish_comment(comment.pk)
    publish_comment(comment.pk)
    comment.refresh_from_db()
    assert comment.status == CommentStatus.PENDING
    assert Email.objects.get().to == comment.post.author.email


@pytest.mark.parametrize(
    ("approved", "rejected", "enough", "status"),
    [
        (2, 0, 2, CommentStatus.APPROVED),
        (1, 0, 2, CommentStatus.PENDING),
        (2, 1, 2, CommentStatus.PENDING),
        (9, 0, 0, CommentStatus.PENDING),
    ],
)
def test_trust_is_earned_and_lost(
    approved: int, rejected: int, enough: int, status: str, settings: Settings
) -> None:
    settings.COMMENT_TRUST_AFTER = enough
    author = UserFactory(role=Role.READER)
    for number, given in ((approved, "approved"), (rejected, "rejected")):
        CommentFactory.create_batch(number, author=author, status=given)
    comment = CommentFactory(author=author)
    publish_comment(comment.pk)
    comment.refresh_from_db()
    assert comment.status == status


def test_nobody_gets_an_email_about_their_own_comment() -> None:
    post = PostFactory(out=True)
    publish_comment(CommentFactory(post=post, author=post.author).pk)
    assert not Email.objects.exists()


def test_what_a_person_has_decided_stays() -> None:
    comment = CommentFactory(author__role=Role.EDITOR, status=CommentStatus.REJECTED)
    publish_comment(comment.pk)
    comment.refresh_from_db()
    assert comment.status == CommentStatus.REJECTED


def test_it_goes_into_the_queue_when_it_is_committed(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    post, editor = PostFactory(out=True), UserFactory(role=Role.EDITOR)
    with django_capture_on_commit_callbacks(execute=True):
        comment = services.create_comment(post=post, by=editor, body="Well said.")
        assert comment.status == CommentStatus.PENDING
    comment.refresh_from_db()
    assert comment.status == CommentStatus.APPROVED


def test_what_is_edited_is_looked_at_again() -> None:
    comment = CommentFactory()
    publish_comment(comment.pk)
    services.edit_comment(comment=comment, by=comment.author, body="Or not.")
    assert list(Comment.objects.unscreened()) == [comment]


class TestLeftBehind:
    """What Beat puts into the queue again."""

    LONG_AGO = "2026-01-01T00:00:00Z"

    def test_it_is_found(self) -> None:
        fresh = CommentFactory(author__role=Role.EDITOR)
        CommentFactory(author__role=Role.EDITOR, submitted_at=self.LONG_AGO)
        assert requeue_unscreened_comments() == 1
        assert list(Comment.objects.unscreened()) == [fresh]

    def test_it_is_queued_once_in_a_while(self, settings: Settings) -> None:
        CommentFactory(submitted_at=self.LONG_AGO)
        with patch("comments.tasks.enqueue_comment") as enqueue:
            assert [requeue_unscreened_comments() for _ in range(3)] == [1, 0, 0]
        assert enqueue.call_count == 1

    def test_what_failed_for_good_is_left_alone(self) -> None:
        comment = CommentFactory(submitted_at=self.LONG_AGO)
        with patch("comments.tasks.publish_comment", side_effect=ValueError):
            assert [requeue_unscreened_comments() for _ in range(3)] == [1, 0, 0]
        assert len(list(consume_dead_letters())) == 1
        comment.refresh_from_db()
        assert comment.screening_failed_at is not None
        publish_comment(comment.pk)  # somebody replays it
        comment.refresh_from_db()
        assert comment.screening_failed_at is None
        assert comment.screened_at is not None

    def test_what_cannot_be_done_does_not_keep_back_what_came_later(
        self, settings: Settings
    ) -> None:
        settings.QUEUE_LIMIT = 2
        ids = [CommentFactory(submitted_at=self.LONG_AGO).pk for _ in range(5)]
        with patch("comments.tasks.enqueue_comment") as enqueue:
            assert [requeue_unscreened_comments() for _ in range(4)] == [2, 2, 1, 0]
        assert [call.args[0].pk for call in enqueue.call_args_list] == ids

    def test_a_full_queue_gets_no_more(self, settings: Settings) -> None:
        settings.QUEUE_LIMIT = 0
        CommentFactory(submitted_at=self.LONG_AGO)
        assert requeue_unscreened_comments() == 0


def test_the_email_leaves_with_the_comment(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    comment = CommentFactory()
    with django_capture_on_commit_callbacks(execute=True):
        publish_comment(comment.pk)
    (email,) = mail.outbox
    assert email.to == [comment.post.author.email]
    assert Email.objects.waiting().count() == 0
