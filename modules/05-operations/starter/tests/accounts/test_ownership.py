"""Permission classes, each asked by everybody."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.permissions import BasePermission
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts.access import AnyUser
from accounts.permissions import (
    HasRole,
    IsAdmin,
    IsOwner,
    IsOwnerOrAdmin,
    IsOwnerOrReadOnly,
    IsSuperUser,
)
from accounts.roles import Role
from tests.factories import UserFactory

OWNER = UserFactory.build(pk=1, role=Role.READER)
PEOPLE: dict[str, AnyUser] = {
    "owner": OWNER,
    "reader": UserFactory.build(pk=2, role=Role.READER),
    "editor": UserFactory.build(pk=3, role=Role.EDITOR),
    "admin": UserFactory.build(pk=4, role=Role.ADMIN),
    "root": UserFactory.build(pk=5, role=Role.READER, is_superuser=True),
    "closed": UserFactory.build(pk=6, role=Role.ADMIN, is_active=False),
    "nobody": AnonymousUser(),
}
ROWS = [OWNER, SimpleNamespace(author=OWNER), SimpleNamespace(user=OWNER)]


def allowed(permission: type[BasePermission], method: str, row: Any) -> set[str]:
    """Who gets through to the row."""
    through = set()
    for name, user in PEOPLE.items():
        request: Any = getattr(APIRequestFactory(), method)("/")
        request.user = user
        judge, view = permission(), APIView()
        if judge.has_permission(request, view) and judge.has_object_permission(
            request, view, row
        ):
            through.add(name)
    return through


@pytest.mark.parametrize("row", ROWS, ids=["oneself", "author", "user"])
@pytest.mark.parametrize(
    ("permission", "readers", "writers"),
    [
        (IsOwner, {"owner"}, {"owner"}),
        (IsOwnerOrReadOnly, set(PEOPLE), {"owner"}),
        (IsOwnerOrAdmin, {"owner", "admin"}, {"owner", "admin"}),
        (IsAdmin, {"admin"}, {"admin"}),
        (IsSuperUser, {"root"}, {"root"}),
        (HasRole.among(Role.EDITOR, Role.ADMIN), *[{"editor", "admin"}] * 2),
        (HasRole, set(), set()),
    ],
)
def test_who_gets_through(
    permission: type[BasePermission], readers: set[str], writers: set[str], row: Any
) -> None:
    assert allowed(permission, "get", row) == readers
    assert allowed(permission, "delete", row) == writers


def test_a_closed_account_owns_nothing() -> None:
    row = SimpleNamespace(author=PEOPLE["closed"])
    for permission in (IsOwner, IsOwnerOrReadOnly, IsOwnerOrAdmin):
        assert allowed(permission, "delete", row) <= {"admin"}
