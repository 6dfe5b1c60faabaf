"""Two people at one comment at the same moment: nobody acts on what is about to change."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from accounts.roles import Role
from comments.models import Comment
from comments.services import delete_comment, edit_comment, moderate_comment
from core.choices import CommentStatus
from tests.factories import CommentFactory, UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite knows no locks of rows; set DATABASE_URL to a PostgreSQL",
    ),
]
# Not pg_stat_activity: within a transaction that goes on giving its first answer.
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def in_between(first: Callable[[], Any], second: Callable[[], Any]) -> Future[Any]:
    """Do the first in a transaction, and the second elsewhere before that has ended."""
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        first()
        doing = pool.submit(_apart, second)
        _wait_for(doing)
    # The transaction has ended, and then the thread.
    return doing


def _apart(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connection.close()


def _wait_for(doing: Future[Any]) -> None:
    """Until the other one waits for our transaction, or has not waited for it."""
    last = monotonic() + 10
    while not doing.done() and monotonic() < last:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone() != (0,):
                return
        sleep(0.01)


@pytest.fixture
def editor() -> User:
    return UserFactory(role=Role.EDITOR)


def test_a_rejection_is_not_lost_while_the_author_edits(editor: User) -> None:
    """The edit lets the comment wait again; who rejects it must not see what it was before."""
    comment = CommentFactory(status=CommentStatus.REJECTED)
    mine, theirs = Comment.objects.get(), Comment.objects.get()
    done = in_between(
        lambda: edit_comment(comment=mine, by=comment.author, body="Better."),
        lambda: moderate_comment(comment=theirs, by=editor, status="rejected"),
    )
    assert done.exception() is None
    assert Comment.objects.get().status == CommentStatus.REJECTED


def test_what_is_deleted_while_somebody_edits_it_stays_deleted(editor: User) -> None:
    comment = CommentFactory()
    mine, theirs = Comment.objects.get(), Comment.objects.get()
    done = in_between(
        lambda: delete_comment(comment=theirs, by=editor),
        lambda: edit_comment(comment=mine, by=comment.author, body="Better."),
    )
    assert isinstance(done.exception(), Comment.DoesNotExist)
    assert not Comment.objects.exists()
