# FILE SOLUTION 03
"""Who may do what: every operation, every role. The same table stands in the brief."""

import json

import pytest
from rest_framework.test import APIClient

from accounts.roles import Role
from core.choices import CommentStatus
from posts.models import Post
from tests.api.conftest import World
from tests.factories import CommentFactory, PostFactory, UserFactory

# Of somebody else's rows, unless the line says "own"; the post is out, the comment approved.
TABLE = """
                                    anonymous  reader  contributor  editor  admin
    GET    /posts/                        200     200          200     200    200
    GET    /posts/{post}/                 200     200          200     200    200
    GET    /posts/{draft}/                404     404          404     200    200
    POST   /posts/                        401     403          201     201    201
    PATCH  /posts/{post}/                 401     403          403     200    200
    PATCH  /posts/{own}/                  401     403          200     200    200
    PATCH  /posts/{draft}/                401     403          404     200    200
    DELETE /posts/{post}/                 401     403          403     204    204
    DELETE /posts/{own}/                  401     403          204     204    204
    POST   /posts/{post}/publish/         401     403          403     200    200
    POST   /posts/{own}/publish/          401     403          200     200    200
    POST   /posts/{post}/unpublish/       401     403          403     200    200
    POST   /posts/{own}/unpublish/        401     403          200     200    200
    GET    /comments/                     200     200          200     200    200
    GET    /comments/{comment}/           200     200          200     200    200
    GET    /comments/{pending}/           404     404          404     200    200
    POST   /comments/                     401     201          201     201    201
    PATCH  /comments/{comment}/           401     403          403     200    200
    PATCH  /comments/{mine}/              401     200          200     200    200
    DELETE /comments/{comment}/           401     403          403     204    204
    DELETE /comments/{mine}/              401     204          204     204    204
    POST   /comments/{comment}/approve/   401     403          403     200    200
    POST   /comments/{mine}/approve/      401     403          403     200    200
    POST   /comments/{hosted}/reject/     401     200          200     200    200
    GET    /categories/                   200     200          200     200    200
    POST   /categories/                   401     403          403     201    201
    PATCH  /categories/{category}/        401     403          403     200    200
    DELETE /categories/{category}/        401     403          403     204    204
    GET    /tags/                         200     200          200     200    200
    POST   /tags/                         401     403          403     201    201
    PATCH  /tags/{tag}/                   401     403          403     200    200
    DELETE /tags/{tag}/                   401     403          403     204    204
    GET    /users/                        401     403          403     403    200
    GET    /users/{user}/                 401     403          403     403    200
    POST   /users/                        401     403          403     403    201
    PATCH  /users/{user}/                 401     403          403     403    200
    DELETE /users/{user}/                 401     403          403     403    204
    GET    /users/me/                     401     200          200     200    200
    PATCH  /users/me/                     401     200          200     200    200
"""
BODIES = {
    "posts": {"title": "New", "body": "Text."},
    "comments": {"body": "Quite so."},
    "categories": {"name": "New"},
    "tags": {"name": "New"},
    "users": {"first_name": "New"},
}


def cells() -> list[tuple[str, str, str, int]]:
    """Every cell of the table: method, path, who, status."""
    head, *lines = TABLE.strip().splitlines()
    return [
        (method, path, who, int(status))
        for method, path, *statuses in map(str.split, lines)
        for who, status in zip(head.split(), statuses, strict=True)
    ]


def person(who: str) -> tuple[APIClient, dict[str, int]]:
    """A client that speaks for this person, and the ids of the rows that are theirs."""
    client = APIClient()
    user = UserFactory(role=Role.READER if who == "anonymous" else who)
    own = PostFactory(out=True, author=user)
    if who != "anonymous":
        client.force_login(user)
    return client, {
        "own": own.pk,
        "mine": CommentFactory(author=user, status=CommentStatus.APPROVED).pk,
        "hosted": CommentFactory(post=own).pk,
    }


@pytest.mark.parametrize(("method", "path", "who", "status"), cells())
def test_who_may_do_what(
    method: str, path: str, who: str, status: int, world: World
) -> None:
    client, rows = person(who)
    rows |= {
        "post": world.post.pk,
        "draft": PostFactory().pk,
        "comment": world.comment.pk,
        "pending": CommentFactory(post=world.post).pk,
        "category": world.category.pk,
        "tag": world.tag.pk,
        "user": world.user.pk,
    }
    body: dict[str, object] = dict(BODIES[path.split("/")[1]])
    if (method, path) == ("POST", "/comments/"):
        body["post"] = world.post.pk
    if (method, path) == ("POST", "/users/"):
        body["username"] = "zoe"
    response = client.generic(
        method,
        f"/api/v1{path.format(**rows)}",
        data=json.dumps(body),
        content_type="application/json",
    )
    assert response.status_code == status


def test_contributors_see_their_drafts_and_nobody_elses(
    api_client: APIClient, contributor_user: object
) -> None:
    mine, _ = PostFactory(author=contributor_user), PostFactory()
    answer = api_client.get("/api/v1/posts/").json()
    assert [post["id"] for post in answer["results"]] == [mine.pk]
    assert Post.objects.count() == 2
