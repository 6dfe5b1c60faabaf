"""Who sees the admin, and what has to follow when powers change there."""

from ipaddress import ip_network

import pytest
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


class TestPowers:
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


class TestPowersOverTheApi:
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
