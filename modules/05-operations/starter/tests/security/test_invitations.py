"""Accounts that an admin made can log in, with a password that nobody else has known."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_mock import MockerFixture
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from tests.factories import UserFactory

PASSWORD = "correct horse battery"
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> APIClient:
    """An admin's client."""
    client = APIClient()
    client.force_login(UserFactory(username="boss", role=Role.ADMIN))
    return client


@pytest.fixture
def zoe(admin: APIClient) -> User:
    """An account that the admin has made."""
    sent = {"username": "zoe", "email": "zoe@example.org"}
    made: dict[str, Any] = admin.post("/api/v1/users/", sent).json()
    return User.objects.get(pk=made["id"])


def invited(admin: APIClient, user: User) -> str:
    answer = admin.post("/api/v1/auth/invite/", {"user": user.pk})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    return str(answer.json()["token"])


def accept(token: str, password: str = PASSWORD) -> Response:
    sent = {"token": token, "new_password": password}
    answer: Response = APIClient().post("/api/v1/auth/set-password/", sent)
    return answer


def log_in(password: str = PASSWORD) -> int:
    sent = {"username": "zoe", "password": password}
    return int(APIClient().post("/api/v1/auth/login/", sent).status_code)


def test_who_was_invited_logs_in(admin: APIClient, zoe: User) -> None:
    assert not zoe.has_usable_password()
    assert accept(invited(admin, zoe)).status_code == 204
    assert log_in() == 200
    written = AuditEntry.objects.filter(object_id=str(zoe.pk)).order_by("pk")
    assert list(written.values_list("actor_name", "action")) == [
        ("boss", "created"),
        ("boss", "invited"),
        ("zoe", "password_changed"),
        ("zoe", "logged_in"),
    ]


def test_an_invitation_works_once(admin: APIClient, zoe: User) -> None:
    token = invited(admin, zoe)
    assert accept(token).status_code == 204
    assert accept(token, PASSWORD * 2).status_code == 401
    assert log_in() == 200


def test_an_invitation_ends(admin: APIClient, zoe: User, mocker: MockerFixture) -> None:
    token = invited(admin, zoe)
    later = timezone.localtime().replace(tzinfo=None) + timedelta(days=4)
    mocker.patch(
        "django.contrib.auth.tokens.PasswordResetTokenGenerator._now",
        return_value=later,
    )
    assert accept(token).status_code == 401


def test_a_log_in_within_the_same_second_ends_an_invitation(
    admin: APIClient, zoe: User
) -> None:
    assert accept(invited(admin, zoe)).status_code == 204
    moment = timezone.now().replace(microsecond=1)
    User.objects.filter(pk=zoe.pk).update(last_login=moment)
    token = invited(admin, zoe)
    moment = moment.replace(microsecond=2)
    User.objects.filter(pk=zoe.pk).update(last_login=moment)
    assert accept(token, PASSWORD * 2).status_code == 401


@pytest.mark.parametrize("password", [PASSWORD, "zoe", "long" * 33])
@pytest.mark.parametrize("token", ["x", "1.x-y", "x" * 300])
def test_a_void_token_is_void_whatever_the_password(token: str, password: str) -> None:
    assert accept(token, password).status_code == 401


def test_a_closed_account_stays_closed(admin: APIClient, zoe: User) -> None:
    token = invited(admin, zoe)
    User.objects.filter(pk=zoe.pk).update(is_active=False)
    assert accept(token).status_code == 401


@pytest.mark.parametrize(
    "token", ["", "x", "0.x-y", "\u0661.x-y", "9" * 30 + ".a-b", "{other}.{proof}"]
)
def test_no_other_token_is_believed(token: str, admin: APIClient, zoe: User) -> None:
    proof = invited(admin, zoe).partition(".")[2]
    other = UserFactory()
    sent = token.format(other=other.pk, proof=proof)
    assert accept(sent).status_code in (400, 401)
    assert User.objects.get(pk=other.pk).password == other.password


@pytest.mark.parametrize("password", ["zoe", "long" * 33])
def test_the_password_has_to_be_good(
    password: str, admin: APIClient, zoe: User
) -> None:
    token = invited(admin, zoe)
    answer = accept(token, password)
    assert answer.status_code == 400
    assert answer.data["errors"][0]["pointer"] == "#/new_password"
    assert accept(token).status_code == 204


def test_only_admins_invite_and_only_superusers_superusers(
    admin: APIClient, zoe: User
) -> None:
    root = UserFactory(is_superuser=True)
    refused = admin.post("/api/v1/auth/invite/", {"user": root.pk})
    editor = APIClient()
    editor.force_login(UserFactory(role=Role.EDITOR))
    by_editor = editor.post("/api/v1/auth/invite/", {"user": zoe.pk})
    assert (refused.status_code, by_editor.status_code) == (403, 403)
