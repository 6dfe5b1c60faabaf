"""Who sees the admin, and what follows a change of privileges there."""

from ipaddress import ip_network

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from tests.authentication.conftest import Login, works
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/admin/", "/admin", "/admin/login/", "/admin/x/"])
@pytest.mark.parametrize(
    ("peer", "there"),
    [
        ("10.1.2.3", True),
        ("2001:db8::1", True),
        ("203.0.113.5", False),
        ("2001:db9::1", False),
        ("", False),
    ],
)
def test_the_admin_is_there_for_its_networks_only(
    peer: str, there: bool, address: str, settings: Settings
) -> None:
    settings.ADMIN_NETWORKS = [ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]
    answer = Client(REMOTE_ADDR=peer).get(address)
    assert (answer.status_code != 404) is there


def test_a_header_does_not_bring_one_closer(settings: Settings) -> None:
    settings.ADMIN_NETWORKS = [ip_network("10.0.0.0/8")]
    outside = Client(REMOTE_ADDR="203.0.113.5")
    answer = outside.get("/admin/login/", headers={"X-Forwarded-For": "10.0.0.1"})
    assert answer.status_code == 404


def test_without_networks_it_is_there_for_all(client: Client) -> None:
    assert client.get("/admin/login/").status_code == 200


@pytest.mark.parametrize("role", Role)
def test_no_role_opens_the_admin(role: Role, client: Client) -> None:
    client.force_login(UserFactory(role=role))
    assert client.get("/admin/").status_code == 302


class TestPrivileges:
    def change(self, user: User, **changes: object) -> None:
        """What somebody does in the form of a person."""
        root = UserFactory(is_staff=True, is_superuser=True, role=Role.ADMIN)
        client = Client()
        client.force_login(root)
        form: dict[str, object] = {
            "username": user.username,
            "email": user.email,
            "role": user.role,
        }
        form |= {"is_active": "on", "date_joined_0": "2026-11-02"} | changes
        form |= {"date_joined_1": "08:30:00"}
        sent = {name: value for name, value in form.items() if value is not None}
        address = f"/admin/accounts/user/{user.pk}/change/"
        answer = client.post(address, sent)
        assert answer.status_code == 302, answer.context["errors"]

    def test_a_new_role_is_written_down(self, ann: User) -> None:
        self.change(ann, role="editor")
        entry = AuditEntry.objects.get(action="role_changed")
        assert entry.object_id == str(ann.pk)
        assert entry.details == {"before": "contributor", "now": "editor"}

    def test_new_privileges_are_written_down(self, ann: User) -> None:
        group = Group.objects.create(name="moderators")
        self.change(ann, is_superuser="on", groups=[group.pk])
        entry = AuditEntry.objects.get(action="privileges_changed")
        assert entry.object_id == str(ann.pk)
        assert entry.details == {
            "before": {"is_superuser": False, "groups": []},
            "now": {"is_superuser": True, "groups": ["moderators"]},
        }

    def test_a_change_of_a_name_is_none_of_privileges(self, ann: User) -> None:
        self.change(ann, first_name="Ann")
        assert not AuditEntry.objects.filter(action="privileges_changed").exists()

    @pytest.mark.parametrize("passwords", ["another good one", None])
    def test_a_password_that_is_set_is_written_down_and_ends_sessions(
        self, passwords: str | None, login: Login, ann: User
    ) -> None:
        access = login()["access"]
        root = UserFactory(is_staff=True, is_superuser=True)
        client = Client()
        client.force_login(root)
        sent = {
            "password1": passwords or "",
            "password2": passwords or "",
            "usable_password": "true" if passwords else "false",
        }
        sent |= {} if passwords else {"unset-password": "x"}
        answer = client.post(f"/admin/accounts/user/{ann.pk}/password/", sent)
        assert answer.status_code == 302
        entry = AuditEntry.objects.get(action="password_changed")
        assert (entry.actor, entry.object_id) == (root, str(ann.pk))
        assert not works(access)

    def test_an_account_that_is_made_or_deleted_is_written_down(self) -> None:
        root = UserFactory(is_staff=True, is_superuser=True)
        client = Client()
        client.force_login(root)
        sent = {
            "username": "eve",
            "usable_password": "true",
            "password1": "correct horse battery",
            "password2": "correct horse battery",
        }
        assert client.post("/admin/accounts/user/add/", sent).status_code == 302
        eve = User.objects.get(username="eve")
        address = f"/admin/accounts/user/{eve.pk}/delete/"
        assert client.post(address, {"post": "yes"}).status_code == 302
        entries = AuditEntry.objects.filter(object_id=str(eve.pk)).order_by("pk")
        assert [entry.action for entry in entries] == ["created", "deleted"]

    def test_closing_ends_sessions_for_good(self, login: Login, ann: User) -> None:
        access = login()["access"]
        self.change(ann, is_active=None)
        assert not works(access)
        self.change(ann)
        ann.refresh_from_db()
        assert ann.is_active
        assert not works(access)
        actions = AuditEntry.objects.filter(object_id=ann.pk).order_by("pk")
        assert list(actions.values_list("action", flat=True)) == [
            "logged_in",
            "deactivated",
            "reactivated",
        ]


class TestPrivilegesOverTheApi:
    @pytest.mark.parametrize(
        ("changes", "action"),
        [({"role": "editor"}, "role_changed"), ({"is_active": False}, "deactivated")],
    )
    def test_they_are_written_down(
        self, changes: dict[str, object], action: str, login: Login, ann: User
    ) -> None:
        access = login()["access"]
        admin = Client()
        admin.force_login(UserFactory(role=Role.ADMIN))
        answer = admin.patch(
            f"/api/v1/users/{ann.pk}/", changes, content_type="application/json"
        )
        assert answer.status_code == 200
        assert AuditEntry.objects.get(action=action).object_id == str(ann.pk)
        assert works(access) is ("role" in changes)
