"""Permissions by role and by the state of the row: the tables of the brief, task 2."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from comments.models import Comment
from core.choices import CommentStatus
from posts.choices import PostStatus
from posts.models import Post
from tests.factories import CommentFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db

# "ok" is the 200 or 204 of the method; "-" is a case that there is not.
POSTS = """
    row                              anonymous  reader  contributor  editor  admin
    GET    out                           ok       ok        ok         ok      ok
    GET    own draft                      -       ok        ok         ok      ok
    GET    own scheduled                  -       ok        ok         ok      ok
    GET    own archived                   -       ok        ok         ok      ok
    GET    draft                         404      404       404        ok      ok
    GET    scheduled                     404      404       404        ok      ok
    GET    archived                      404      404       404        ok      ok
    GET    missing                       404      404       404       404     404
    change own draft                      -       403       ok         ok      ok
    change own scheduled                  -       403       ok         ok      ok
    change own out                        -       403       ok         ok      ok
    change own archived                   -       403       ok         ok      ok
    change out                           401      403       403        ok      ok
    change draft                         401      403       404        ok      ok
    change scheduled                     401      403       404        ok      ok
    change archived                      401      403       404        ok      ok
    change missing                       401      403       404       404     404
"""
COMMENTS = """
    row                              anonymous  reader  contributor  editor  admin
    GET    approved                      ok       ok        ok         ok      ok
    GET    pending                       404      404       404        ok      ok
    GET    rejected                      404      404       404        ok      ok
    GET    approved-on-archived          404      404       404        ok      ok
    GET    own pending                    -       ok        ok         ok      ok
    GET    own rejected                   -       ok        ok         ok      ok
    GET    own approved-on-archived       -       ok        ok         ok      ok
    GET    hosted pending                 -       ok        ok         ok      ok
    GET    missing                       404      404       404       404     404
    change own pending                    -       ok        ok         ok      ok
    change own rejected                   -       ok        ok         ok      ok
    change approved                      401      403       403        ok      ok
    change hosted pending                 -       403       403        ok      ok
    change pending                       401      404       404        ok      ok
    change approved-on-archived          401      404       404        400     400
    change own approved-on-archived       -       400       400        400     400
    change missing                       401      404       404       404     404
    decide hosted pending                 -       ok        ok         ok      ok
    decide hosted rejected                -       ok        ok         ok      ok
    decide own pending                    -       403       403        ok      ok
    decide own approved-on-archived       -       403       403        ok      ok
    decide approved                      401      403       403        ok      ok
    decide pending                       401      404       404        ok      ok
    decide approved-on-archived          401      404       404        ok      ok
    decide missing                       401      404       404       404     404
"""
METHODS = {
    "posts": {
        "GET": ["GET"],
        "change": ["PUT", "PATCH", "DELETE", "publish", "unpublish"],
    },
    "comments": {
        "GET": ["GET"],
        "change": ["PUT", "PATCH"],
        "decide": ["approve", "reject"],
    },
}
BODIES = {"posts": {"title": "New"}, "comments": {"body": "Quite so."}}

type Cell = tuple[str, str, str, str, str]


def cells(collection: str, table: str) -> Iterator[Cell]:
    """Every cell: collection, method or action, state of the row, who asks, status."""
    head, *lines = table.strip().splitlines()
    roles = head.split()[1:]
    for line in lines:
        verb, *words = line.split()
        state, statuses = " ".join(words[: -len(roles)]), words[-len(roles) :]
        for who, status in zip(roles, statuses, strict=True):
            for method in METHODS[collection][verb]:
                if status != "-":
                    yield collection, method, state, who, status


def make_post(state: str, author: User) -> Post:
    """A post in this state."""
    published = {
        "out": timezone.now(),
        "archived": timezone.now(),
        "scheduled": timezone.now() + timedelta(days=1),
    }
    status = {"out": PostStatus.PUBLISHED, "scheduled": PostStatus.PUBLISHED}
    post: Post = PostFactory(
        author=author,
        status=status.get(state, state),
        published_at=published.get(state),
    )
    return post


def make_comment(state: str, user: User) -> Comment:
    """A comment in this state: by somebody else on another's post, unless the state says more."""
    *whose, state = state.split()
    status, _, of_post = state.partition("-on-")
    host = user if whose == ["hosted"] else UserFactory()
    post = PostFactory(out=True, author=host)
    author = user if whose == ["own"] else UserFactory(role=Role.READER)
    comment: Comment = CommentFactory(
        post=post, author=author, status=CommentStatus(status)
    )
    if of_post:
        Post.objects.filter(pk=post.pk).update(status=of_post)
    return comment


def make(collection: str, state: str, user: User) -> int:
    """The id of a row in this state, of this user where it is "own"; of none if it is missing."""
    if state == "missing":
        return 0
    if collection == "comments":
        return make_comment(state, user).pk
    *own, of_post = state.split()
    return make_post(of_post, user if own else UserFactory()).pk


def send(client: APIClient, collection: str, row: int, method: str) -> Response:
    """A request of this method, or a POST to this action."""
    address = f"/api/v1/{collection}/{row}/"
    if method.islower():
        return client.post(f"{address}{method}/")
    body = BODIES[collection] if method in ("PUT", "PATCH") else None
    data = "" if body is None else json.dumps(body)
    return client.generic(method, address, data, content_type="application/json")


@pytest.mark.parametrize(
    ("collection", "method", "state", "who", "status"),
    [*cells("posts", POSTS), *cells("comments", COMMENTS)],
)
def test_status_by_role_and_state(
    collection: str, method: str, state: str, who: str, status: str
) -> None:
    user = UserFactory(role=Role.CONTRIBUTOR if who == "anonymous" else who)
    row = make(collection, state, user)
    client = APIClient()
    if who != "anonymous":
        client.force_login(user)
    answer = send(client, collection, row, method)
    fine = "204" if method == "DELETE" else "200"
    assert str(answer.status_code) == (fine if status == "ok" else status)
    if method == "GET":
        listed = client.get(f"/api/v1/{collection}/").json()["results"]
        assert (row in [one["id"] for one in listed]) is (status == "ok")


@pytest.mark.parametrize("who", ["reader", "contributor", "editor", "admin"])
@pytest.mark.parametrize("state", ["own pending", "own approved-on-archived"])
def test_own_comments_can_be_deleted_whatever_became_of_the_post(
    state: str, who: str
) -> None:
    user = UserFactory(role=who)
    row = make("comments", state, user)
    client = APIClient()
    client.force_login(user)
    assert send(client, "comments", row, "DELETE").status_code == 204


@pytest.mark.parametrize("address", ["/api/v1/users/me/", "/api/v1/posts/"])
def test_a_closed_account_is_nobody(address: str) -> None:
    client = APIClient()
    client.force_login(UserFactory())
    User.objects.update(is_active=False)
    assert client.patch(address, {}).status_code == 401
