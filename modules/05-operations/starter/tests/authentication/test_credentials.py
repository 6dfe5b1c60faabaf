"""Accounts and passwords."""

from typing import Any

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from tests.authentication.conftest import PASSWORD, Login

pytestmark = pytest.mark.django_db

GOOD = {
    "username": "eve",
    "email": "Eve@example.org",
    "password": "correct horse battery",
}


def complaints(answer: Any) -> set[str]:
    """The fields that a refusal is about."""
    assert answer.status_code == 400
    return {error["pointer"] for error in answer.json()["errors"]}


def test_a_new_account_is_a_readers(client: APIClient) -> None:
    answer = client.post("/api/v1/auth/register/", GOOD)
    assert answer.status_code == 202
    assert set(answer.json()) == {"detail"}
    eve = User.objects.get()
    assert (eve.username, eve.email, eve.role) == ("eve", "Eve@example.org", "reader")
    assert eve.check_password(GOOD["password"])
    assert AuditEntry.objects.get().action == "registered"
    sent = {"username": "eve", "password": GOOD["password"]}
    assert client.post("/api/v1/auth/login/", sent).status_code == 200


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"username": ""}, {"#/username"}),
        ({"username": "a b"}, {"#/username"}),
        ({"username": "x" * 151}, {"#/username"}),
        ({"username": "eve\0"}, {"#/username"}),
        ({"email": "nowhere"}, {"#/email"}),
        ({"email": ""}, {"#/email"}),
        ({"password": "short"}, {"#/password"}),
        ({"password": "password123"}, {"#/password"}),
        ({"password": "8675309867"}, {"#/password"}),
        ({"password": "eve@example.org"}, {"#/password"}),
        ({"password": "x" * 129}, {"#/password"}),
        ({"password": None}, {"#/password"}),
        ({"username": ["eve"]}, {"#/username"}),
    ],
)
def test_what_would_be_wrong_for_anybody_is_said(
    changes: dict[str, Any], fields: set[str], client: APIClient
) -> None:
    answer = client.post("/api/v1/auth/register/", GOOD | changes)
    assert complaints(answer) == fields
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("current", "new", "fields"),
    [
        ("wrong", "another good one", {"#/current_password"}),
        (PASSWORD, "short", {"#/new_password"}),
        (PASSWORD, "ann@example.org", {"#/new_password"}),
        ("", "another good one", {"#/current_password"}),
        (f" {PASSWORD} ", "another good one", {"#/current_password"}),
    ],
)
def test_a_password_is_not_changed(
    current: str, new: str, fields: set[str], login: Login, ann: User
) -> None:
    client = APIClient(headers={"Authorization": f"Bearer {login()['access']}"})
    User.objects.update(email="ann@example.org")
    sent = {"current_password": current, "new_password": new}
    assert complaints(client.post("/api/v1/auth/password/", sent)) == fields
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


@pytest.mark.parametrize("path", ["password", "logout-everywhere"])
def test_nobody_has_neither_password_nor_sessions(path: str, client: APIClient) -> None:
    assert client.post(f"/api/v1/auth/{path}/", {}).status_code == 401


def test_an_old_hash_is_renewed_at_log_in(
    client: APIClient, ann: User, settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    ann.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    ann.save()
    sent = {"username": "ann", "password": PASSWORD}
    assert client.post("/api/v1/auth/login/", sent).status_code == 200
    ann.refresh_from_db()
    assert identify_hasher(ann.password).algorithm == "argon2"
