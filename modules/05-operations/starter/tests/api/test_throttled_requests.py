"""Which requests count for which rate, and whose: the brief, task 7."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from config.settings.api import DEFAULT_RATES
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

# Method, path below /api/, who asks, status.
EVERY_REQUEST = """
    GET      v1/tags/               anonymous 200
    GET      tags/                  anonymous 200
    HEAD     v1/tags/               anonymous 200
    OPTIONS  v1/tags/               anonymous 405
    GET      v1/posts/0/            anonymous 404
    GET      v1/nothing/            anonymous 404
    GET      v2/tags/               anonymous 404
    GET      v1/tags/?limit=0       anonymous 400
    GET      v1/users/              anonymous 401
    POST     v1/posts/              anonymous 401
    POST     v1/posts/              reader    403
    DELETE   v1/users/me/           reader    405
    GET      v1/schema/             anonymous 200
    GET      v1/docs/               anonymous 200
    GET      v1/redoc/              anonymous 200
"""
SENSITIVE = """
    POST    v1/posts/0/publish/     editor  404
    POST    v1/posts/0/unpublish/   editor  404
    POST    posts/0/publish/        editor  404
    POST    v1/users/               editor  403
    PUT     v1/users/0/             editor  403
    PATCH   v1/users/0/             editor  403
    DELETE  v1/users/0/             editor  403
    PATCH   v1/users/me/            editor  200
    PATCH   v1/users/me/            reader  200
"""
NOT_SENSITIVE = """
    GET     v1/users/me/            editor  200
    POST    v1/tags/                editor  400
    PATCH   v1/posts/0/             editor  404
    POST    v1/comments/0/approve/  editor  404
"""

type Ask = Callable[[], int]


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    """The counts are in the cache, and the cache outlives a test."""
    cache.clear()


def limit(settings: Settings, **rates: str) -> None:
    """Set these rates, and no others."""
    settings.THROTTLE_RATES = dict.fromkeys(DEFAULT_RATES, "") | rates


def asking(method: str, path: str, who: str, **more: Any) -> Ask:
    """What sends this request, and says the status of the answer."""
    client = APIClient(**more)
    if who != "anonymous":
        client.force_login(UserFactory(role=Role(who)))
    return lambda: (
        client.generic(
            method, f"/api/{path}", "{}", content_type="application/json"
        ).status_code
    )


@pytest.mark.parametrize("line", EVERY_REQUEST.strip().splitlines(), ids=str.strip)
def test_every_request_counts(line: str, settings: Settings) -> None:
    method, path, who, status = line.split()
    ask = asking(method, path, who)
    for scope in ("burst", "anon" if who == "anonymous" else "user"):
        limit(settings, **{scope: "2/day"})
        assert [ask() for _ in range(4)] == [int(status)] * 2 + [429] * 2


@pytest.mark.parametrize("line", SENSITIVE.strip().splitlines(), ids=str.strip)
def test_these_are_sensitive(line: str, settings: Settings) -> None:
    method, path, who, status = line.split()
    limit(settings, sensitive="2/day")
    ask = asking(method, path, who)
    assert [ask() for _ in range(3)] == [int(status), int(status), 429]


@pytest.mark.parametrize("line", NOT_SENSITIVE.strip().splitlines(), ids=str.strip)
def test_these_are_not(line: str, settings: Settings) -> None:
    method, path, who, status = line.split()
    limit(settings, sensitive="1/day")
    ask = asking(method, path, who)
    assert [ask() for _ in range(3)] == [int(status)] * 3


def test_there_is_one_count_for_all_paths(
    settings: Settings, api_client: APIClient, editor_user: User
) -> None:
    limit(settings, sensitive="3/day", burst="4/day")
    asked = [
        api_client.post("/api/v1/posts/0/publish/"),
        api_client.post("/api/posts/0/unpublish/"),
        api_client.patch("/api/v1/users/me/", {}),
        api_client.patch("/api/users/me/", {}),
    ]
    assert [answer.status_code for answer in asked] == [404, 404, 200, 429]


def test_what_is_known_counts_as_well(settings: Settings) -> None:
    limit(settings, anon="2/day")
    client = APIClient(headers={"If-None-Match": "*"})
    statuses = [client.get("/api/v1/tags/").status_code for _ in range(3)]
    assert statuses == [304, 304, 429]


def test_a_session_that_is_none_counts_by_address(settings: Settings) -> None:
    limit(settings, anon="2/day", user="1/day")
    ask = asking("GET", "v1/tags/", "anonymous", headers={"Cookie": "sessionid=none"})
    assert [ask() for _ in range(3)] == [200, 200, 429]


def test_a_host_that_is_not_allowed_counts_nowhere(settings: Settings) -> None:
    limit(settings, burst="1/day")
    ask = asking("GET", "v1/tags/", "anonymous", headers={"Host": "evil.example"})
    assert [ask() for _ in range(3)] == [400] * 3
    assert asking("GET", "v1/tags/", "anonymous")() == 200
