# FILE SOLUTION 04
"""From log-in to log-out: what a session is good for, and how it ends."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from authentication.models import Session
from tests.authentication.conftest import PASSWORD, Login, refresh, works


def test_claims_say_who_it_is_and_no_more(login: Login, ann: User) -> None:
    claims = AccessToken(login()["access"]).payload  # type: ignore[arg-type]
    assert claims["user_id"] == str(ann.pk)
    assert (claims["username"], claims["role"]) == ("ann", "contributor")
    assert claims["exp"] - claims["iat"] == 600
    assert set(claims) == {
        *("user_id", "username", "role", "sid", "token_type"),
        *("jti", "iat", "exp", "iss", "aud"),
    }


def test_rotation(login: Login) -> None:
    first = login()
    second = refresh(first["refresh"])
    assert second is not None
    assert second["refresh"] != first["refresh"]
    assert works(second["access"])
    third = refresh(second["refresh"])
    assert third is not None


def test_the_second_use_of_a_refresh_token_ends_its_session_and_no_other(
    login: Login, ann: User
) -> None:
    first, other = login(), login()
    second = refresh(first["refresh"])
    assert second is not None
    assert refresh(first["refresh"]) is None  # the thief, or the owner after the thief
    assert refresh(second["refresh"]) is None
    assert not works(first["access"])
    assert not works(second["access"])
    assert works(other["access"])
    assert refresh(other["refresh"]) is not None
    reused = AuditEntry.objects.get(action="token_reused")
    assert (reused.object_type, reused.object_id) == ("accounts.user", str(ann.pk))


def test_log_out_ends_this_session(login: Login, client: APIClient) -> None:
    here, there = login(), login()
    sent = {"refresh": here["refresh"]}
    assert client.post("/api/v1/auth/logout/", sent).status_code == 204
    assert not works(here["access"])
    assert refresh(here["refresh"]) is None
    assert client.post("/api/v1/auth/logout/", sent).status_code == 401
    assert works(there["access"])


def log_out_everywhere(access: str, user: User) -> None:
    client = APIClient(headers={"Authorization": f"Bearer {access}"})
    assert client.post("/api/v1/auth/logout-everywhere/").status_code == 204


def change_password(access: str, user: User) -> None:
    client = APIClient(headers={"Authorization": f"Bearer {access}"})
    sent = {"current_password": PASSWORD, "new_password": "another good one"}
    assert client.post("/api/v1/auth/password/", sent).status_code == 204


def change_password_by_hand(access: str, user: User) -> None:
    user.set_password("another good one")
    user.save()


def deactivate(access: str, user: User) -> None:
    user.is_active = False
    user.save()


def delete(access: str, user: User) -> None:
    user.delete()


@pytest.mark.parametrize(
    "end",
    [log_out_everywhere, change_password, change_password_by_hand, deactivate, delete],
)
def test_what_ends_every_session_at_once(
    end: Callable[[str, User], None], login: Login, ann: User
) -> None:
    here, there = login(), login()
    browser = Client()
    browser.force_login(ann)
    end(here["access"], ann)
    for pair in (here, there):
        assert not works(pair["access"])
        assert refresh(pair["refresh"]) is None
    assert get_user(browser).is_anonymous  # it has a session, too


@pytest.mark.parametrize("end", [log_out_everywhere, change_password])
def test_one_can_log_in_again(
    end: Callable[[str, User], None], login: Login, ann: User
) -> None:
    end(login()["access"], ann)
    ann.refresh_from_db()
    ann.set_password(PASSWORD)
    ann.save()
    assert works(login()["access"])


def test_the_role_is_what_the_database_says_now(login: Login, ann: User) -> None:
    access = login()["access"]
    client = APIClient(headers={"Authorization": f"Bearer {access}"})
    sent = {"title": "Hello", "body": "Something to read."}
    assert client.post("/api/v1/posts/", sent).status_code == 201
    User.objects.filter(pk=ann.pk).update(role=Role.READER)
    assert client.post("/api/v1/posts/", sent).status_code == 403


def test_a_session_ends_with_its_time(login: Login, settings: Settings) -> None:
    pair = login()
    begin = timezone.now() - settings.SESSION_LIFETIME - timedelta(seconds=1)
    Session.objects.update(created_at=begin)
    assert not works(pair["access"])
    assert refresh(pair["refresh"]) is None


def test_tokens_are_not_kept_by_us_or_on_the_way(
    login: Login, client: APIClient, ann: User
) -> None:
    sent = {"username": "ann", "password": PASSWORD}
    answer = client.post("/api/v1/auth/login/", sent)
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert not Session.objects.filter(auth_hash__in=answer.json().values()).exists()


def test_expired_tokens_can_be_swept_up(login: Login) -> None:
    refresh(login()["refresh"])
    call_command("flushexpiredtokens")


def test_log_in_and_log_out_are_audited(
    login: Login, client: APIClient, ann: User
) -> None:
    pair = login()
    wrong = {"username": "ann", "password": "wrong"}
    client.post("/api/v1/auth/login/", wrong, REMOTE_ADDR="203.0.113.5")
    client.post("/api/v1/auth/logout/", {"refresh": pair["refresh"]})
    log_out_everywhere(login()["access"], ann)
    change_password(login()["access"], ann)
    written = AuditEntry.objects.filter(object_id=ann.pk).order_by("pk")
    assert list(written.values_list("action", "actor_name")) == [
        ("logged_in", "ann"),
        ("login_failed", ""),
        ("logged_out", "ann"),
        ("logged_in", "ann"),
        ("logged_out_everywhere", "ann"),
        ("logged_in", "ann"),
        ("password_changed", "ann"),
    ]
    assert written[1].address == "203.0.113.5"
    assert written[1].request_id


def test_a_password_in_the_wrong_field_is_not_written_down(
    client: APIClient, db: None
) -> None:
    sent = {"username": PASSWORD, "password": "oops"}
    client.post("/api/v1/auth/login/", sent)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_name, entry.object_id) == ("login_failed", "", "")
    assert PASSWORD not in str(entry.details)
