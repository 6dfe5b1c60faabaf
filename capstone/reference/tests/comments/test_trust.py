# FILE SOLUTION 05
"""Whose comments need no moderator: trust is earned by approvals and lost by one rejection."""

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from core.choices import CommentStatus
from comments.models import Comment, Rejection
from comments.services import delete_comment, edit_comment, moderate_comment
from comments.tasks import publish_comment
from tests.factories import CommentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def trusted(settings: Settings) -> User:
    """Somebody with enough approved comments."""
    settings.COMMENT_TRUST_AFTER = 3
    author: User = UserFactory(role=Role.READER)
    CommentFactory.create_batch(3, author=author, status=CommentStatus.APPROVED)
    return author


def reject(comment: Comment) -> None:
    moderate_comment(
        comment=comment, by=UserFactory(role=Role.EDITOR), status="rejected"
    )


def reject_in_the_admin(comment: Comment) -> None:
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    sent = {
        "body": comment.body,
        "status": "rejected",
        "post": comment.post_id,
        "author": comment.author_id,
    }
    answer = client.post(f"/admin/comments/comment/{comment.pk}/change/", sent)
    assert answer.status_code == 302


def status_of_next(author: User) -> str:
    """What becomes of this author's next comment."""
    comment = CommentFactory(author=author)
    publish_comment(comment.pk)
    comment.refresh_from_db()
    return str(comment.status)


def test_who_is_trusted_needs_no_moderator(trusted: User) -> None:
    assert status_of_next(trusted) == CommentStatus.APPROVED


@pytest.mark.parametrize("how", [reject, reject_in_the_admin])
def test_an_edit_does_not_approve_what_was_rejected(
    how: Callable[[Comment], None], trusted: User
) -> None:
    comment = CommentFactory(author=trusted)
    how(comment)
    edit_comment(comment=comment, by=trusted, body="The same, in other words.")
    publish_comment(comment.pk)
    comment.refresh_from_db()
    assert comment.status == CommentStatus.PENDING


@pytest.mark.parametrize(
    "then",
    [
        lambda comment: edit_comment(comment=comment, by=comment.author, body="Sorry."),
        lambda comment: delete_comment(comment=comment, by=comment.author),
        lambda comment: comment.post.delete(),
        lambda comment: moderate_comment(
            comment=comment, by=comment.post.author, status="approved"
        ),
    ],
)
def test_a_rejection_counts_for_good(
    then: Callable[[Comment], object], trusted: User
) -> None:
    comment = CommentFactory(author=trusted)
    reject(comment)
    then(comment)
    assert status_of_next(trusted) == CommentStatus.PENDING


def test_rejections_from_before_there_was_a_history_are_known() -> None:
    now_rejected = CommentFactory(status=CommentStatus.REJECTED)
    rejected_before, innocent = CommentFactory(), CommentFactory()
    reject(rejected_before)
    edit_comment(comment=rejected_before, by=rejected_before.author, body="Sorry.")
    Rejection.objects.all().delete()
    migration = import_module("comments.migrations.0004_rejections_and_the_queue")
    migration.fill(apps, SimpleNamespace(connection=connection))
    known = set(Rejection.objects.values_list("author_id", flat=True))
    assert known == {now_rejected.author_id, rejected_before.author_id}
    assert innocent.author_id not in known


def test_screening_changes_nothing_that_its_author_has_seen(
    api_client: APIClient, contributor_user: User
) -> None:
    """The queue is quick: who edits a comment with the ETag of its 201 must not be told 412."""
    post = CommentFactory().post
    made = api_client.post("/api/v1/comments/", {"post": post.pk, "body": "Helo."})
    publish_comment(made.json()["id"])
    edited = api_client.patch(
        made["Location"], {"body": "Hello."}, headers={"If-Match": made["ETag"]}
    )
    assert edited.status_code == 200, edited.content


def test_each_time_that_a_comment_begins_to_wait_is_one_email(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    comment = CommentFactory()

    def edit() -> int:
        with django_capture_on_commit_callbacks(execute=True):
            edit_comment(comment=comment, by=comment.author, body="Or not.")
        return len(mail.outbox)

    assert edit() == 1
    assert edit() == 1  # it waits still, and is known to
    moderate_comment(comment=comment, by=comment.post.author, status="approved")
    assert edit() == 2
