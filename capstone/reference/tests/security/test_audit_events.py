# FILE SOLUTION 04
"""How many entries each event writes, by whom and about what: the brief, task 8."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from posts.models import Post
from tests.authentication.conftest import PASSWORD
from tests.factories import CommentFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db

AUTH = "/api/v1/auth"
NEW = "another good one"


class Scene:
    """Ann with a session, Boss who is an admin, and a post of hers."""

    def __init__(self) -> None:
        self.ann: User = UserFactory(username="ann")
        self.ann.set_password(PASSWORD)
        self.ann.save()
        self.boss: User = UserFactory(
            username="boss", role=Role.ADMIN, is_staff=True, is_superuser=True
        )
        self.post: Post = PostFactory(author=self.ann)
        self.pair = self.log_in().json()
        self.by_ann, self.by_boss = APIClient(), APIClient()
        self.by_ann.force_login(self.ann)
        self.by_boss.force_login(self.boss)

    def log_in(self, name: str = "ann", password: str = PASSWORD) -> Any:
        sent = {"username": name, "password": password}
        return APIClient().post(f"{AUTH}/login/", sent)

    def auth(self, path: str, **sent: Any) -> Any:
        return self.by_ann.post(f"{AUTH}/{path}/", sent)

    def use_twice(self) -> None:
        for _ in range(3):
            APIClient().post(f"{AUTH}/refresh/", {"refresh": self.pair["refresh"]})

    def change(self, **changes: Any) -> list[Any]:
        address = f"/api/v1/users/{self.ann.pk}/"
        return [self.by_boss.patch(address, changes) for _ in range(2)]

    def act(self, *actions: str) -> None:
        for action in actions:
            self.by_boss.post(f"/api/v1/posts/{self.post.pk}/{action}/")

    def accept_invitation(self) -> None:
        invited = {"user": self.ann.pk}
        token = self.by_boss.post(f"{AUTH}/invite/", invited).json()["token"]
        for _ in range(2):
            sent = {"token": token, "new_password": NEW}
            APIClient().post(f"{AUTH}/set-password/", sent)

    def moderate(self) -> None:
        comment = CommentFactory(pk=77, post=PostFactory(out=True))
        for action in ("approve", "approve", "reject"):
            self.by_boss.post(f"/api/v1/comments/{comment.pk}/{action}/")

    def admin_page(self, path: str, **sent: Any) -> None:
        Client().post("/admin/login/", {"username": path, **sent})


def delete_person(scene: Scene) -> None:
    scene.post.delete()
    scene.by_boss.delete(f"/api/v1/users/{scene.ann.pk}/")


def sign_out_of_the_admin(scene: Scene) -> None:
    browser = Client()
    browser.force_login(scene.boss)
    browser.post("/admin/logout/")


# What happens, and the entries of it: action, actor, object.
EVENTS: dict[str, tuple[Callable[[Scene], Any], list[str]]] = {
    "log-in": (lambda s: s.log_in(), ["logged_in ann user"]),
    "log-in with the wrong password": (
        lambda s: s.log_in(password="no"),
        ["login_failed - user"],
    ),
    "log-in with an unknown name": (
        lambda s: s.log_in("nobody"),
        ["login_failed - -"],
    ),
    "log-in without a password": (
        lambda s: APIClient().post(f"{AUTH}/login/", {"username": "ann"}),
        [],
    ),
    "lock-out and what is refused after it": (
        lambda s: [s.log_in(password="no") for _ in range(8)],
        ["login_failed - user"] * 5 + ["locked_out - user"],
    ),
    "log-in at the admin": (
        lambda s: s.admin_page("boss", password="no"),
        ["login_failed - boss"],
    ),
    "right password at the admin, but no staff": (
        lambda s: s.admin_page("ann", password=PASSWORD),
        [],
    ),
    "log-out at the admin": (
        sign_out_of_the_admin,
        ["logged_in boss boss", "logged_out boss boss"],
    ),
    "log-out, twice": (
        lambda s: [s.auth("logout", refresh=s.pair["refresh"]) for _ in range(2)],
        ["logged_out ann user"],
    ),
    "log-out everywhere": (
        lambda s: s.auth("logout-everywhere"),
        ["logged_out_everywhere ann user"],
    ),
    "refresh": (
        lambda s: APIClient().post(f"{AUTH}/refresh/", {"refresh": s.pair["refresh"]}),
        [],
    ),
    "a refresh token used three times": (Scene.use_twice, ["token_reused - user"]),
    "registration": (
        lambda s: s.auth(
            "register", username="zoe", email="z@example.org", password=PASSWORD
        ),
        ["registered zoe zoe"],
    ),
    "registration of what is taken": (
        lambda s: s.auth(
            "register", username="ann", email="z@example.org", password=PASSWORD
        ),
        [],
    ),
    "change of the password": (
        lambda s: s.auth("password", current_password=PASSWORD, new_password=NEW),
        ["password_changed ann user"],
    ),
    "change with the wrong password": (
        lambda s: s.auth("password", current_password="no", new_password=NEW),
        ["login_failed - user"],
    ),
    "change to a weak password": (
        lambda s: s.auth("password", current_password=PASSWORD, new_password="x"),
        [],
    ),
    "invitation": (
        Scene.accept_invitation,
        ["invited boss user", "password_changed ann user"],
    ),
    "role": (lambda s: s.change(role="editor"), ["role_changed boss user"]),
    "account closed": (lambda s: s.change(is_active=False), ["deactivated boss user"]),
    "account closed and opened": (
        lambda s: [s.change(is_active=False), s.change(is_active=True)],
        ["deactivated boss user", "reactivated boss user"],
    ),
    "other changes of an account": (lambda s: s.change(first_name="Ann"), []),
    "account made": (
        lambda s: s.by_boss.post("/api/v1/users/", {"username": "zoe"}),
        ["created boss zoe"],
    ),
    "account deleted": (delete_person, ["deleted boss user"]),
    "superuser made at a shell": (
        lambda s: call_command(
            "createsuperuser", username="zoe", email="z@example.org", interactive=False
        ),
        ["created - zoe"],
    ),
    "published, twice": (
        lambda s: s.act("publish", "publish"),
        ["published boss post"],
    ),
    "archived, twice": (
        lambda s: s.act("unpublish", "unpublish"),
        ["archived boss post"],
    ),
    "post changed": (
        lambda s: s.by_boss.patch(f"/api/v1/posts/{s.post.pk}/", {"title": "x"}),
        [],
    ),
    "post deleted": (
        lambda s: s.by_boss.delete(f"/api/v1/posts/{s.post.pk}/"),
        ["deleted boss post"],
    ),
    "moderated three times, once for nothing": (
        Scene.moderate,
        ["moderated boss comment"] * 2,
    ),
}


def named(scene: Scene) -> dict[tuple[str, str], str]:
    """What the table calls the objects of entries: people by their names, but Ann "user"."""
    people = User.objects.values_list("pk", "username")
    return {
        ("accounts.user", str(pk)): "user" if name == "ann" else name
        for pk, name in people
    } | {
        ("posts.post", str(scene.post.pk)): "post",
        ("comments.comment", "77"): "comment",
        ("", ""): "-",
    }


@pytest.mark.parametrize("event", EVENTS)
def test_entries_of_an_event(event: str) -> None:
    scene = Scene()
    names, before = named(scene), AuditEntry.objects.count()
    act, expected = EVENTS[event]
    act(scene)
    names = named(scene) | names
    written = list(AuditEntry.objects.order_by("pk"))[before:]
    seen = [
        f"{entry.action} {entry.actor_name or '-'}"
        f" {names[entry.object_type, entry.object_id]}"
        for entry in written
    ]
    assert sorted(seen) == sorted(expected)
    for entry in written:
        assert bool(entry.request_id) is bool(entry.address)
