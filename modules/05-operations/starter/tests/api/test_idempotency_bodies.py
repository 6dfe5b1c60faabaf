"""Which bodies are the same to an Idempotency-Key, and which keys are none: the brief, task 5."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from comments.models import Comment
from posts.models import Post
from tests.factories import PostFactory

ADDRESS = "/api/v1/comments/"
YES = '{"post": POST, "body": "Yes."}'


def send(client: APIClient, body: str, key: str) -> Any:
    """A comment: the request's body as it is written here, where POST is the id of a post."""
    post = Post.objects.get()
    kind = "application/json"
    return client.generic(
        "POST",
        ADDRESS,
        body.replace("POST", str(post.pk)),
        content_type=kind,
        headers={"Idempotency-Key": key},
    )


@pytest.mark.parametrize(
    ("again", "status"),
    [
        ('{"body":"An A.","post":POST}', 201),
        ('\n{ "post" : POST ,\t"body" : "An A." }\n', 201),
        (r'{"post": POST, "body": "An \u0041."}', 201),
        ('{"post": POST, "body": "An A. "}', 422),
        ('{"post": POST, "body": "an A."}', 422),
        ('{"post": POST, "body": "An A.", "ignored": 1}', 422),
    ],
)
def test_the_same_body_is_the_same_json_value(
    again: str, status: int, api_client: APIClient, reader_user: User
) -> None:
    PostFactory(out=True)
    first = send(api_client, '{"post": POST, "body": "An A."}', "key")
    assert first.status_code == 201
    answer = send(api_client, again, "key")
    assert answer.status_code == status
    replayed = answer.headers.get("Idempotency-Replayed")
    assert replayed == ("true" if status == 201 else None)
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("key", ["!", "a b", "~" * 255])
def test_printable_ascii_is_a_key(
    key: str, api_client: APIClient, reader_user: User
) -> None:
    PostFactory(out=True)
    assert [send(api_client, YES, key).status_code for _ in range(2)] == [201, 201]
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "ü"])
def test_anything_else_is_none(
    key: str, api_client: APIClient, reader_user: User
) -> None:
    PostFactory(out=True)
    answer = send(api_client, YES, key)
    assert answer.status_code == 400
    assert "errors" not in answer.json()
    assert not Comment.objects.exists()


@pytest.mark.parametrize("change", ["patch", "delete"])
def test_the_first_answer_stays_whatever_became_of_the_comment(
    change: str, api_client: APIClient, reader_user: User
) -> None:
    PostFactory(out=True)
    first = send(api_client, YES, "key")
    getattr(api_client, change)(f"{ADDRESS}{first.json()['id']}/", {"body": "No."})
    again = send(api_client, YES, "key")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Location"] == first.headers["Location"]


def test_other_requests_ignore_a_key(api_client: APIClient, editor_user: User) -> None:
    headers = {"Idempotency-Key": "x" * 256}
    for name in ("Ice", "Snow"):
        answer = api_client.post("/api/v1/tags/", {"name": name}, headers=headers)
        assert answer.status_code == 201
