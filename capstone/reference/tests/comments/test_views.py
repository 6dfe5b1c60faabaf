# FILE SOLUTION 03
"""Comments over HTTP."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from core.choices import CommentStatus
from comments.models import Comment
from posts.choices import PostStatus
from posts.services import archive_post
from tests.factories import CommentFactory, PostFactory


def test_a_new_comment_waits(api_client: APIClient, reader_user: User) -> None:
    post = PostFactory(out=True)
    sent = {"post": post.pk, "body": "Yes.", "status": "approved", "author": "root"}
    made = api_client.post("/api/v1/comments/", sent).json()
    assert (made["status"], made["author"]) == ("pending", reader_user.username)


@pytest.mark.parametrize("status", [PostStatus.DRAFT, PostStatus.ARCHIVED])
def test_what_is_not_out_does_not_exist_for_comments(
    status: PostStatus, api_client: APIClient, editor_user: User
) -> None:
    hidden = PostFactory(status=status)
    for post in (hidden.pk, 0, str(hidden.pk), True):
        answer = api_client.post("/api/v1/comments/", {"post": post, "body": "Yes."})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "#/post"


def test_a_changed_comment_waits_again(
    api_client: APIClient, reader_user: User
) -> None:
    comment = CommentFactory(author=reader_user, status=CommentStatus.APPROVED)
    other = PostFactory(out=True)
    answer = api_client.patch(
        f"/api/v1/comments/{comment.pk}/", {"body": "No.", "post": other.pk}
    ).json()
    assert (answer["body"], answer["status"]) == ("No.", "pending")
    assert answer["post"] == comment.post.pk


def test_an_editor_who_mends_a_comment_has_read_it(
    api_client: APIClient, editor_user: User
) -> None:
    comment = CommentFactory(status=CommentStatus.APPROVED)
    address = f"/api/v1/comments/{comment.pk}/"
    assert api_client.patch(address, {"body": "No."}).json()["status"] == "approved"


def test_who_reads_what(api_client: APIClient, reader_user: User) -> None:
    public = CommentFactory(status=CommentStatus.APPROVED)
    mine = CommentFactory(author=reader_user, status=CommentStatus.REJECTED)
    hosted = CommentFactory(post__author=reader_user)
    CommentFactory()
    gone = CommentFactory(status=CommentStatus.APPROVED)
    archive_post(post=gone.post, by=gone.post.author)
    for client, seen in (
        (api_client, {public.pk, mine.pk, hosted.pk}),
        (APIClient(), {public.pk}),
    ):
        results = client.get("/api/v1/comments/").json()["results"]
        assert {comment["id"] for comment in results} == seen
    assert Comment.objects.count() == 5


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=approved", 1),
        ("status=pending", 1),
        ("author=ann", 1),
        ("post=0", 0),
        ("post={post}", 1),
    ],
)
def test_comments_are_found(
    query: str, found: int, api_client: APIClient, editor_user: User
) -> None:
    comment = CommentFactory(author__username="ann")
    CommentFactory(status=CommentStatus.APPROVED)
    query = query.format(post=comment.post.pk)
    results = api_client.get(f"/api/v1/comments/?{query}").json()["results"]
    assert len(results) == found


def test_moderation(api_client: APIClient, editor_user: User) -> None:
    address = f"/api/v1/comments/{CommentFactory().pk}/"
    for action, status in (("approve", "approved"), ("reject", "rejected")):
        answer = api_client.post(f"{address}{action}/")
        assert answer.json()["status"] == status
        assert api_client.get(address).json() == answer.json()
