# FILE SOLUTION 03
"""A small world: one row of everything, and how the OpenAPI document describes it."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from jsonschema import Draft202012Validator
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from core.choices import CommentStatus
from comments.models import Comment
from config.settings.environment import ROOT
from posts.models import Category, Post, Tag
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    TagFactory,
    UserFactory,
)

DOCUMENT: dict[str, Any] = yaml.safe_load(Path(ROOT / "openapi.yaml").read_text())


class World(NamedTuple):
    """One of everything. The post is out, its comment is approved."""

    admin: User
    post: Post
    comment: Comment
    category: Category
    tag: Tag
    user: User

    def address(self, path: str) -> str:
        """The address of our row, for a path of the document: "/api/v1/posts/{id}/"."""
        rows = {
            "posts": self.post,
            "comments": self.comment,
            "categories": self.category,
            "tags": self.tag,
            "users": self.user,
        }
        collection = path.split("/")[3]
        return path.replace("{id}", str(rows[collection].pk))


@pytest.fixture
def world(db: None) -> World:
    """Built anew for each test."""
    category, tag = CategoryFactory(name="Weather"), TagFactory(name="Snow")
    post = PostFactory(out=True, category=category)
    post.tags.add(tag)
    return World(
        admin=UserFactory(role=Role.ADMIN),
        post=post,
        comment=CommentFactory(post=post, status=CommentStatus.APPROVED),
        category=category,
        tag=tag,
        user=UserFactory(role=Role.READER),
    )


@pytest.fixture
def admin_client(world: World) -> APIClient:
    """The world's admin at work."""
    client = APIClient()
    client.force_login(world.admin)
    return client


def check_against_document(response: Response, path: str, method: str) -> None:
    """Fail unless the document foresees the answer: its status, headers, media type and body."""
    operation = DOCUMENT["paths"][path][method]
    described = operation["responses"][str(response.status_code)]
    if "$ref" in described:
        described = DOCUMENT["components"]["responses"][
            described["$ref"].split("/")[-1]
        ]
    assert set(described.get("headers", {})) <= set(response.headers)
    if "content" not in described:
        assert response.content == b""
        return
    [(media_type, content)] = described["content"].items()
    assert response.headers["Content-Type"] == media_type
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(json.loads(response.content))
