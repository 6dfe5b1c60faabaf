"""Task 6, permissions: the plain cases."""

import pytest

from grader.checkpoint import check, expect


@pytest.fixture
def asked(app):
    """``asked("PATCH", user)`` is a request of REST framework; of nobody if ``user`` is ``None``."""
    factory = app.call("rest_framework.test:APIRequestFactory")

    def make(method, user):
        raw = factory.generic(method, "/")
        if user is not None:
            app.call("rest_framework.test:force_authenticate", raw, user=user)
        return app.call("rest_framework.request:Request", raw)

    return make


@check("permissions.classes")
def test_owners(app, asked, rng):
    """An owner may write what is theirs, and nobody else may; an admin may by `IsOwnerOrAdmin`."""
    User = app.model("accounts.User")
    owner, other, admin = (User(username=rng.word(), password="!", role=r) for r in ("reader", "editor", "admin"))
    for user in (owner, other, admin):
        user.save()
    thing, view = app.call("types:SimpleNamespace", author=owner), app.call("rest_framework.views:APIView")
    for name, lets in (
        ("IsOwner", (True, False, False)),
        ("IsOwnerOrReadOnly", (True, False, False)),
        ("IsOwnerOrAdmin", (True, False, True)),
    ):
        permission = app.call(f"accounts.permissions:{name}")
        said = tuple(
            bool(permission.has_object_permission(asked("PATCH", user), view, thing)) for user in (owner, other, admin)
        )
        expect(said, equal_to=lets, because=f"`{name}` for the owner, an editor and an admin")


@check("permissions.classes")
def test_roles(app, asked, rng):
    """`HasRole.among("editor", "admin")` lets these roles in and no other."""
    User = app.model("accounts.User")
    permission = app.get("accounts.permissions:HasRole").among("editor", "admin")()
    view = app.call("rest_framework.views:APIView")
    for role, lets in (("editor", True), ("contributor", False), ("admin", True), ("reader", False)):
        user = User(username=rng.word(), password="!", role=role)
        user.save()
        said = bool(permission.has_permission(asked("GET", user), view))
        expect(said, equal_to=lets, because=f"for the role {role}")


@check("permissions.by-token")
def test_roles_by_token(api, log_in, rng):
    """With an access token people may do what their role may, without a CSRF token, and no more."""
    for who, status in (("reader", 403), ("contributor", 201)):
        answer = api.post("/posts/", as_=log_in(who).caller, json={"title": rng.title()})
        answer.expect(status, because=f"{who} by an access token")
