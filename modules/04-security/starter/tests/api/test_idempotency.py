"""A request that is sent twice is done once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from api.models import IdempotencyKey
from comments.models import Comment
from posts.models import Post
from tests.factories import PostFactory, UserFactory

ADDRESS = "/api/v1/comments/"
KEY = {"Idempotency-Key": "7f3c"}


@pytest.fixture
def post(db: None) -> Post:
    """A post that is out."""
    made: Post = PostFactory(out=True)
    return made


def test_the_same_again_is_the_same_answer(
    api_client: APIClient, reader_user: User, post: Post
) -> None:
    body = {"post": post.pk, "body": "Well said."}
    first = api_client.post(ADDRESS, body, headers=KEY)
    again = api_client.post("/api/comments/", body, headers=KEY)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    for name in ("Location", "ETag"):
        assert first.headers[name] == again.headers[name]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert Comment.objects.count() == 1


def test_without_a_key_or_with_another_it_is_another(
    api_client: APIClient, reader_user: User, post: Post
) -> None:
    body = {"post": post.pk, "body": "Well said."}
    for headers in ({}, {}, KEY, {"Idempotency-Key": "other"}):
        assert api_client.post(ADDRESS, body, headers=headers).status_code == 201
    assert Comment.objects.count() == 4


def test_people_have_keys_of_their_own(api_client: APIClient, post: Post) -> None:
    for _ in range(2):
        api_client.force_login(UserFactory())
        api_client.post(ADDRESS, {"post": post.pk, "body": "Yes."}, headers=KEY)
    assert Comment.objects.count() == 2


def test_another_request_with_the_same_key_is_refused(
    api_client: APIClient, reader_user: User, post: Post
) -> None:
    api_client.post(ADDRESS, {"post": post.pk, "body": "Yes."}, headers=KEY)
    other = api_client.post(ADDRESS, {"post": post.pk, "body": "No."}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Comment.objects.get().body == "Yes."


def test_what_was_refused_may_be_mended(
    api_client: APIClient, reader_user: User, post: Post
) -> None:
    for body, status in (("", 400), ("Yes.", 201)):
        sent = {"post": post.pk, "body": body}
        assert api_client.post(ADDRESS, sent, headers=KEY).status_code == status


@pytest.mark.parametrize("key", ["", "x" * 256, "ä"])
def test_a_key_that_is_none(
    key: str, api_client: APIClient, reader_user: User, post: Post
) -> None:
    answer = api_client.post(
        ADDRESS,
        {"post": post.pk, "body": "Yes."},
        HTTP_IDEMPOTENCY_KEY=key,
    )
    assert answer.status_code == 400
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("done", "age", "status"),
    [
        (False, timedelta(0), 409),
        (False, timedelta(minutes=2), 201),  # whoever had it never came back
        (True, timedelta(hours=25), 201),  # so old that it counts as new
    ],
)
def test_keys_get_old(
    done: bool,
    age: timedelta,
    status: int,
    api_client: APIClient,
    reader_user: User,
    post: Post,
) -> None:
    sent = {"post": post.pk, "body": "Yes."}
    api_client.post(ADDRESS, sent, headers=KEY)
    claimed_at = timezone.now() - age
    IdempotencyKey.objects.update(claimed_at=claimed_at)
    if not done:
        IdempotencyKey.objects.update(status_code=None)
    answer = api_client.post(ADDRESS, sent, headers=KEY)
    assert answer.status_code == status
    assert Comment.objects.count() == (2 if status == 201 else 1)


def test_old_keys_are_forgotten(reader_user: User) -> None:
    for key, hours in (("old", 24), ("new", 23)):
        claimed_at = timezone.now() - timedelta(hours=hours)
        IdempotencyKey.objects.create(
            user=reader_user, key=key, claimed_at=claimed_at, status_code=201
        )
    said = StringIO()
    call_command("forget_idempotency_keys", stdout=said)
    assert said.getvalue() == "Forgot 1 idempotency keys.\n"
    assert str(IdempotencyKey.objects.get()) == f"new of {reader_user}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="SQLite lets only one write at a time; set DATABASE_URL to a PostgreSQL",
)
def test_many_at_once_make_one_comment() -> None:
    post, user, senders = PostFactory(out=True), UserFactory(), 8
    barrier = Barrier(senders)

    def send(_: int) -> int:
        client = APIClient()
        client.force_login(user)
        try:
            barrier.wait(timeout=30)
            sent = {"post": post.pk, "body": "Yes."}
            return client.post(ADDRESS, sent, headers=KEY).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(senders) as pool:
        statuses = set(pool.map(send, range(senders)))
    assert 201 in statuses <= {201, 409}
    assert Comment.objects.count() == 1
