# FILE SOLUTION 04
"""What is left of markup in a comment, as it is returned and as it is stored: the brief, task 5."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from comments.models import Comment
from posts.models import Post
from tests.factories import CommentFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db

TABLE = [
    ("<b>Hi</b>", "Hi"),
    ("Hi<script>alert(1)</script>", "Hi"),
    ("Hi<style>*{display:none}</style>", "Hi"),
    ("<img src=x onerror=alert(1)>Hi", "Hi"),
    ("&lt;script&gt;alert(1)&lt;/script&gt;Hi", "Hi"),
    ("&amp;lt;b&amp;gt;Hi", "Hi"),
    ("&#x3c;b&#62;Hi", "Hi"),
    ("<b>a</b>&copy=2", "a&copy=2"),
    *(
        (text, text)
        for text in (
            "1 < 2 & 3 > 2",
            "I </3 you",
            "?page=2&section=3&copy=2",
            "Tom &amp; Jerry",
            "&copy; 2026",
            "a\r\nb\nc",
            "日本語 العربية 🚂",
        )
    ),
]


def send(kind: str, body: str) -> tuple[int, Any]:
    """The status of the answer, and the comment that was made or changed in this way."""
    user: User = UserFactory(is_staff=True, is_superuser=True)
    if kind == "admin":
        post: Post = PostFactory(out=True)
        sent = {"post": post.pk, "author": user.pk, "body": body, "status": "pending"}
        browser = Client()
        browser.force_login(user)
        answer = browser.post("/admin/comments/comment/add/", sent)
        return answer.status_code, Comment.objects.first()
    client = APIClient()
    client.force_login(user)
    row = CommentFactory(author=user)
    address = "/api/v1/comments/"
    changed = (
        client.post(address, {"post": row.post.pk, "body": body})
        if kind == "post"
        else client.patch(f"{address}{row.pk}/", {"body": body})
    )
    if changed.status_code >= 400:
        return changed.status_code, changed.json()
    comment = Comment.objects.get(pk=changed.json()["id"])
    assert changed.json()["body"] == comment.body
    return changed.status_code, comment


@pytest.mark.parametrize("kind", ["post", "patch", "admin"])
@pytest.mark.parametrize(("sent", "stored"), TABLE)
def test_markup_goes_and_the_rest_stays(sent: str, stored: str, kind: str) -> None:
    status, comment = send(kind, sent)
    assert status == {"post": 201, "patch": 200, "admin": 302}[kind]
    assert comment.body == stored


@pytest.mark.parametrize(
    "sent", ["<b></b>", "<script>x</script>", "&lt;p&gt;", " <i> "]
)
def test_where_nothing_is_left_it_is_refused(sent: str) -> None:
    for kind in ("post", "patch"):
        status, problem = send(kind, sent)
        assert status == 400
        assert [error["pointer"] for error in problem["errors"]] == ["#/body"]
    status, comment = send("admin", sent)
    assert status == 200
    assert comment is None or comment.body == "Well said."
