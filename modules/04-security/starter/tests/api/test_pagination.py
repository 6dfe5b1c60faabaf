"""Three ways through a list."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from comments.models import Comment
from core.choices import CommentStatus
from tests.factories import CommentFactory, PostFactory, TagFactory

pytestmark = pytest.mark.django_db


def walk(client: APIClient, address: str) -> list[int]:
    """The ids on all pages, as one comes to them by following `next`."""
    ids: list[int] = []
    following: str | None = address
    while following:
        page: dict[str, Any] = client.get(following).json()
        ids += [row["id"] for row in page["results"]]
        following = page["next"]
    return ids


def test_posts_go_by_page_number(api_client: APIClient) -> None:
    posts = [PostFactory(out=True).pk for _ in range(5)]
    first = api_client.get("/api/v1/posts/?page_size=2").json()
    assert (first["count"], len(first["results"])) == (5, 2)
    assert walk(api_client, "/api/v1/posts/?page_size=2") == posts[::-1]


def test_tags_go_by_limit_and_offset(api_client: APIClient) -> None:
    tags = [TagFactory(name=name).pk for name in "abcde"]
    page = api_client.get("/api/v1/tags/?limit=2&offset=1").json()
    assert (page["count"], [row["id"] for row in page["results"]]) == (5, tags[1:3])
    assert walk(api_client, "/api/v1/tags/?limit=2") == tags


def test_comments_go_by_cursor_and_nothing_comes_twice(api_client: APIClient) -> None:
    post = PostFactory(out=True)

    def comment() -> int:
        made: Comment = CommentFactory(post=post, status=CommentStatus.APPROVED)
        return made.pk

    comments = [comment() for _ in range(5)]
    first = api_client.get("/api/v1/comments/?page_size=2").json()
    comment()  # arrives while somebody reads
    assert [row["id"] for row in first["results"]] == comments[:2:-1]
    assert walk(api_client, first["next"]) == comments[2::-1]


def test_comments_of_one_moment_all_come(api_client: APIClient) -> None:
    post = PostFactory(out=True)
    CommentFactory.create_batch(7, post=post, status=CommentStatus.APPROVED)
    Comment.objects.update(created_at=post.created_at)
    ids = walk(api_client, "/api/v1/comments/?page_size=2")
    assert sorted(ids) == sorted(Comment.objects.values_list("pk", flat=True))
    assert len(ids) == 7


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("posts/?page_size=0", "page_size"),
        ("posts/?page_size=101", "page_size"),
        ("posts/?page_size=many", "page_size"),
        ("posts/?page=0", "page"),
        ("posts/?page=last", "page"),
        ("posts/?page=%D9%A1", "page"),
        ("comments/?page_size=-1", "page_size"),
        ("tags/?limit=0", "limit"),
        ("tags/?offset=-1", "offset"),
        ("tags/?offset=99999999999999999999", "offset"),
    ],
)
def test_what_makes_no_sense_is_refused(
    query: str, parameter: str, api_client: APIClient
) -> None:
    answer = api_client.get(f"/api/v1/{query}")
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


@pytest.mark.parametrize(
    "query", ["posts/?page=2", "comments/?cursor=nowhere", "comments/?cursor=cD1ub3c="]
)
def test_a_page_that_is_not_there(query: str, api_client: APIClient) -> None:
    answer = api_client.get(f"/api/v1/{query}")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_at_most_a_hundred_at_once(api_client: APIClient, admin_user: User) -> None:
    TagFactory.create_batch(101)
    page = api_client.get("/api/v1/tags/?limit=100").json()
    assert len(page["results"]) == 100
    assert len(api_client.get("/api/v1/tags/").json()["results"]) == 20
