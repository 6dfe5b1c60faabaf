# FILE SOLUTION 04
"""What counts as a failed log-in, and what registration and log-in tell of others."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from tests.authentication.conftest import PASSWORD
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

AUTH, ADDRESS, LIMIT = "/api/v1/auth", "203.0.113.5", 5
NEW = "another good one"


def post(path: str, user: User | None = None, /, **sent: Any) -> int:
    """The status of a request to the API from that address, by this person or nobody."""
    client = APIClient(REMOTE_ADDR=ADDRESS)
    if user is not None:
        client.force_login(user)
    return int(client.post(f"{AUTH}/{path}/", sent).status_code)


def page(path: str, user: User | None = None, /, **sent: Any) -> int:
    """The status of a form of the admin's, likewise."""
    browser = Client(REMOTE_ADDR=ADDRESS)
    if user is not None:
        browser.force_login(user)
    return browser.post(f"/admin/{path}/", sent).status_code


def old(password: str) -> dict[str, str]:
    """The admin's form for one's own password."""
    return {"old_password": password, "new_password1": NEW, "new_password2": NEW}


# An attempt in Ann's name, and whether it is a failure.
ATTEMPTS: dict[str, tuple[Callable[[User], int], bool]] = {
    "wrong password": (
        lambda ann: post("login", username="ann", password="no"),
        True,
    ),
    "another spelling": (
        lambda ann: post("login", username="\uff41nn", password="no"),
        True,
    ),
    "wrong password at the admin": (
        lambda ann: page("login", username="ann", password="no"),
        True,
    ),
    "right password at the admin, but no staff": (
        lambda ann: page("login", username="ann", password=PASSWORD),
        False,
    ),
    "wrong current password": (
        lambda ann: post("password", ann, current_password="no", new_password=NEW),
        True,
    ),
    "wrong current and weak new password": (
        lambda ann: post("password", ann, current_password="no", new_password="x"),
        True,
    ),
    "right current and weak new password": (
        lambda ann: post("password", ann, current_password=PASSWORD, new_password="x"),
        False,
    ),
    "no current password": (lambda ann: post("password", ann, new_password=NEW), False),
    "no password": (lambda ann: post("login", username="ann"), False),
    "a password that is no text": (
        lambda ann: post("login", username="ann", password=5),
        False,
    ),
    "a password that is too long": (
        lambda ann: post("login", username="ann", password="x" * 129),
        False,
    ),
    "another name": (lambda ann: post("login", username="Ann", password="no"), False),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_what_is_a_failure(attempt: str, ann: User) -> None:
    act, is_failure = ATTEMPTS[attempt]
    for _ in range(LIMIT):
        act(ann)
    right = post("login", username="ann", password=PASSWORD)
    assert right == (429 if is_failure else 200)
    failures = AuditEntry.objects.filter(action="login_failed", object_id=str(ann.pk))
    assert failures.count() == (LIMIT if is_failure else 0)


def test_a_wrong_old_password_in_the_admin_is_a_failure(ann: User) -> None:
    User.objects.update(is_staff=True)
    ann.refresh_from_db()
    statuses = [page("password_change", ann, **old("no")) for _ in range(LIMIT)]
    assert statuses == [200] * (LIMIT - 1) + [429]
    assert post("login", username="ann", password=PASSWORD) == 429


@pytest.mark.parametrize("current", ["no", PASSWORD])
def test_a_right_current_password_leaves_the_count(current: str, ann: User) -> None:
    wrong = {"current_password": "no", "new_password": NEW}
    for _ in range(LIMIT - 1):
        assert post("password", ann, **wrong) == 400
    right = {"current_password": PASSWORD, "new_password": "x"}
    assert post("password", ann, **right) == 400
    assert post("password", ann, **(wrong | {"current_password": "no"})) == 429
    assert post("password", ann, **(wrong | {"current_password": current})) == 429


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"password": "short"}, "#/password"),
        ({"password": "x" * 129}, "#/password"),
        ({"email": "nowhere"}, "#/email"),
        ({"password": 5}, "#/password"),
    ],
)
def test_what_is_wrong_is_told_alike_whoever_is_here(
    changes: dict[str, Any], pointer: str, client: APIClient
) -> None:
    UserFactory(username="ann", email="ann@example.org")
    answers = []
    for name in ("ann", "zoe"):
        sent = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        answers.append(client.post(f"{AUTH}/register/", sent | changes))
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()
    assert {error["pointer"] for error in answers[0].json()["errors"]} == {pointer}


@pytest.mark.parametrize("status", [400, 401, 406, 415, 429])
def test_no_answer_to_a_log_in_is_stored(status: int, client: APIClient) -> None:
    sent: Any = {"username": "ann", "password": "no"}
    ways: dict[int, dict[str, Any]] = {
        400: {"data": {}},
        406: {"headers": {"Accept": "text/html"}},
        415: {"data": "a=b", "content_type": "text/plain"},
    }
    for _ in range(LIMIT if status == 429 else 1):
        answer = client.post(
            f"{AUTH}/login/", **({"data": sent} | ways.get(status, {}))
        )
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_cookie_is_neither_read_nor_set(ann: User) -> None:
    client = APIClient(headers={"Authorization": "Bearer x", "Cookie": "sessionid=x"})
    sent = {"username": "ann", "password": PASSWORD}
    answer = client.post(f"{AUTH}/login/", sent)
    assert answer.status_code == 200
    assert all(not cookie.value for cookie in answer.cookies.values())
