# FILE GIVEN 03
"""What every test of the API needs: a client, and people who are logged in with it."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from posts.models import Post
from tests.factories import PostFactory, UserFactory


@pytest.fixture
def api_client(db: None) -> APIClient:
    """Nobody, until a person comes into play."""
    return APIClient()


def logged_in(client: APIClient, role: Role) -> User:
    """Somebody with this role, for whom the client speaks from now on."""
    user: User = UserFactory(role=role)
    client.force_login(user)
    return user


@pytest.fixture
def admin_user(api_client: APIClient) -> User:
    """An admin, logged in."""
    return logged_in(api_client, Role.ADMIN)


@pytest.fixture
def editor_user(api_client: APIClient) -> User:
    """An editor, logged in."""
    return logged_in(api_client, Role.EDITOR)


@pytest.fixture
def contributor_user(api_client: APIClient) -> User:
    """A contributor, logged in."""
    return logged_in(api_client, Role.CONTRIBUTOR)


@pytest.fixture
def reader_user(api_client: APIClient) -> User:
    """A reader, logged in."""
    return logged_in(api_client, Role.READER)


@pytest.fixture
def draft_post(db: None) -> Post:
    """A draft by somebody who is not in play."""
    post: Post = PostFactory()
    return post


@pytest.fixture
def post_payload() -> dict[str, Any]:
    """What one sends to begin a post."""
    return {"title": "Hello", "body": "Something to read."}


# BEGIN SOLUTION 04
@pytest.fixture(autouse=True)
def audit_log_to_be_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test that commits, every table is emptied; the audit log alone would refuse."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "ALTER TABLE audit_auditentry"
                " DISABLE TRIGGER audit_auditentry_no_truncate"
            )
            # BEGIN SOLUTION 06
            cursor.execute(
                "ALTER TABLE audit_auditlink"
                " DISABLE TRIGGER audit_auditlink_no_truncate"
            )
            # END
        else:
            append_only = import_module("audit.migrations.0002_append_only")
            statements = [*append_only.SQLITE_UNDO, "DELETE FROM audit_auditentry"]
            # BEGIN SOLUTION 06
            links = import_module("audit.migrations.0003_auditlink")
            statements += [*links.SQLITE_UNDO, "DELETE FROM audit_auditlink"]
            statements += links.SQLITE
            # END
            for statement in [*statements, *append_only.SQLITE]:
                cursor.execute(statement)


# END
