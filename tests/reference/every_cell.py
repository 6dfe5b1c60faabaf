"""Asks the application every cell of the permission tables; ``test_permissions.py`` puts it among its tests.

The cells are in the file that PERMISSION_CELLS names.
"""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from accounts.models import User
from accounts.roles import Role
from comments.models import Comment
from core.choices import CommentStatus
from django.utils import timezone
from posts.choices import PostStatus
from posts.models import Post
from rest_framework.test import APIClient
from tests.factories import CategoryFactory, CommentFactory, PostFactory, TagFactory, UserFactory

pytestmark = pytest.mark.django_db
CELLS = json.loads(Path(os.environ["PERMISSION_CELLS"]).read_text("utf-8"))
BODIES: dict[str, dict[str, Any]] = {
    "posts": {"title": "New", "body": "Text."},
    "comments": {"body": "Quite so."},
    "categories": {"name": "New"},
    "tags": {"name": "New"},
    "users": {"username": "new-name", "email": "new@example.org"},
}
# Somebody whose account is closed could do everything before.
ROLES = {"anonymous": Role.READER, "inactive": Role.ADMIN}


def make_post(status: str, author: User) -> int:
    """A post in this state."""
    published_at = {"draft": None, "scheduled": timezone.now() + timedelta(days=1)}.get(status, timezone.now())
    stored = PostStatus.PUBLISHED if status in ("out", "scheduled") else PostStatus(status)
    return int(PostFactory(author=author, status=stored, published_at=published_at).pk)


def make_comment(state: dict[str, str], user: User) -> int:
    """A comment in this state, and its post in the state that it has by now."""
    host = user if state["post_author"] == "own" else UserFactory()
    author = user if state["author"] == "own" else UserFactory(role=Role.READER)
    post = make_post("out", host)
    comment: Comment = CommentFactory(post_id=post, author=author, status=CommentStatus(state["status"]))
    if state["post"] == "archived":
        Post.objects.filter(pk=post).update(status=PostStatus.ARCHIVED)
    if state["post"] == "scheduled":
        Post.objects.filter(pk=post).update(published_at=timezone.now() + timedelta(days=1))
    return comment.pk


def make_account(state: dict[str, str], user: User) -> int:
    """An account in this state."""
    if state["account"] == "own":
        return user.pk
    made = UserFactory(is_superuser=state["account"] == "a superuser's")
    if state["written"] == "a post":
        PostFactory(author=made)
    if state["written"] == "a comment":
        CommentFactory(author=made)
    return int(made.pk)


def make(collection: str, state: dict[str, str], user: User) -> int:
    """The id of an object in this state; what is "own" is this user's."""
    match collection:
        case "posts":
            return make_post(state["status"], user if state["author"] == "own" else UserFactory())
        case "comments":
            return make_comment(state, user)
        case "users":
            return make_account(state, user)
        case _:
            return int((CategoryFactory if collection == "categories" else TagFactory)().pk)


def name(cell: dict[str, Any]) -> str:
    """What pytest calls the case."""
    state = "missing" if cell["object"] is None else ",".join(cell["object"].values())
    return f"{cell['role']} {cell['operation']} {state}".strip()


@pytest.mark.parametrize("cell", CELLS, ids=name)
def test_cell(cell: dict[str, Any]) -> None:
    role = cell["role"]
    user = UserFactory(role=ROLES.get(role, role))
    client = APIClient()
    if role != "anonymous":
        client.force_login(user)
    method, _, path = cell["operation"].partition(" ")
    collection = path.split("/")[1]
    row = 0
    if "{id}" in path and cell["object"] is not None:
        row = make(collection, cell["object"], user)
    body = dict(BODIES[collection])
    if cell["operation"] == "POST /comments/":
        body["post"] = make_post("out", UserFactory())
    User.objects.filter(pk=user.pk).update(is_active=role != "inactive")
    is_action = method == "POST" and "{id}" in path
    data = "" if method in ("GET", "DELETE") or is_action else json.dumps(body)
    address = f"/api/v1{path.format(id=row)}"
    answer = client.generic(method, address, data, content_type="application/json")
    assert answer.status_code == cell["status"], answer.content
    if method == "GET" and "{id}" in path and collection in ("posts", "comments"):
        listed = client.get(f"/api/v1/{collection}/").json()["results"]
        assert (row in [one["id"] for one in listed]) is (answer.status_code == 200)
