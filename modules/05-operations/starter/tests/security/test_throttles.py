"""Who is counted as whom where people prove who they are."""

import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.authentication.conftest import PASSWORD, Login

pytestmark = pytest.mark.django_db

AUTH = "/api/v1/auth"


def limit(settings: Settings, **rates: str) -> None:
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "") | rates


@pytest.mark.parametrize("path", ["/api/v1/tags/", "/api/v1/users/me/"])
def test_wrong_tokens_cannot_be_tried_without_end(
    path: str, settings: Settings
) -> None:
    limit(settings, burst="2/day")
    client = APIClient(headers={"Authorization": "Bearer guess"})
    assert [client.get(path).status_code for _ in range(3)] == [401, 401, 429]


@pytest.mark.parametrize("path", ["login", "register", "refresh", "logout"])
def test_anonymous_callers_are_counted_here_too(path: str, settings: Settings) -> None:
    limit(settings, anon="2/day")
    client = APIClient()
    statuses = [client.post(f"{AUTH}/{path}/", {}).status_code for _ in range(3)]
    assert statuses == [400, 400, 429]


@pytest.mark.parametrize("path", ["password", "logout-everywhere"])
def test_people_are_counted_here_too(path: str, ann: User, settings: Settings) -> None:
    limit(settings, user="1/day")
    client = APIClient()
    client.force_login(ann)
    client.get("/api/v1/tags/")
    assert client.post(f"{AUTH}/{path}/", {}).status_code == 429


def test_an_office_behind_one_address_keeps_its_sessions(
    login: Login, settings: Settings
) -> None:
    """A refresh token is counted as the person whose it is, and not by address."""
    tokens = [login()["refresh"]]
    limit(settings, anon="1/day", burst="3/day", sensitive="3/day", user="3/day")
    client = APIClient()
    assert client.get("/api/v1/tags/").status_code == 200
    assert client.get("/api/v1/tags/").status_code == 429
    statuses = []
    for _ in range(4):
        answer = client.post(f"{AUTH}/refresh/", {"refresh": tokens[-1]})
        statuses.append(answer.status_code)
        tokens.append(answer.json().get("refresh", ""))
    assert statuses == [200, 200, 200, 429]


def test_who_logs_in_with_the_right_password_is_counted_by_address(
    ann: User, settings: Settings
) -> None:
    limit(settings, login="1/day")
    sent = {"username": "ann", "password": PASSWORD}
    statuses = [APIClient().post(f"{AUTH}/login/", sent).status_code for _ in range(2)]
    assert statuses == [200, 429]
