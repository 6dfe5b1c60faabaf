"""How often somebody may ask."""

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings
from pytest_mock import MockerFixture
from redis import RedisError
from rest_framework.test import APIClient

from accounts.models import User
from config.settings.api import DEFAULT_RATES, throttle_rates
from tests.api.conftest import World
from tests.factories import PostFactory, UserFactory


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    """The counts are in the cache, and the cache outlives a test."""
    cache.clear()


def limit(settings: Settings, **rates: str) -> None:
    """Set these rates, and no others."""
    settings.THROTTLE_RATES = dict.fromkeys(DEFAULT_RATES, "") | rates


def statuses(
    client: APIClient, times: int, address: str = "/api/v1/tags/"
) -> list[int]:
    """What so many requests in a row are answered with."""
    return [client.get(address).status_code for _ in range(times)]


@pytest.mark.parametrize("kind", ["burst", "anon"])
def test_anonymous_callers_are_counted_by_address(
    kind: str, api_client: APIClient, settings: Settings
) -> None:
    limit(settings, **{kind: "2/day"})
    assert statuses(api_client, 3) == [200, 200, 429]
    other = APIClient(REMOTE_ADDR="192.0.2.7")
    assert statuses(other, 1) == [200]
    claims = APIClient(headers={"X-Forwarded-For": "192.0.2.8"})
    assert statuses(claims, 1) == [429]


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", 429),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", 200),
        ("192.0.2.7", "::ffff:192.0.2.7", 429),
        ("192.0.2.7", "192.0.2.8", 200),
    ],
)
def test_an_ipv6_network_is_one_caller(
    first: str, second: str, status: int, settings: Settings, db: None
) -> None:
    limit(settings, burst="1/day")
    assert statuses(APIClient(REMOTE_ADDR=first), 1) == [200]
    assert statuses(APIClient(REMOTE_ADDR=second), 1) == [status]


@pytest.mark.parametrize("kind", ["burst", "user"])
def test_people_are_counted_wherever_they_are(
    kind: str, api_client: APIClient, settings: Settings
) -> None:
    limit(settings, **{kind: "2/day"})
    ann, ben = UserFactory(), UserFactory()
    api_client.force_login(ann)
    assert statuses(api_client, 2) == [200, 200]
    elsewhere = APIClient(REMOTE_ADDR="192.0.2.7")
    elsewhere.force_login(ann)
    assert statuses(elsewhere, 1) == [429]
    api_client.force_login(ben)
    assert statuses(api_client, 1) == [200]


def test_what_is_sensitive_has_a_rate_of_its_own(
    admin_client: APIClient, world: World, settings: Settings
) -> None:
    limit(settings, sensitive="1/day")
    post = f"/api/v1/posts/{PostFactory().pk}/"
    answers = [
        admin_client.post(f"{post}publish/"),
        admin_client.post(f"{post}unpublish/"),
        admin_client.post("/api/v1/users/", {"username": "zoe"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 429, 429]
    assert statuses(admin_client, 3, "/api/v1/users/") == [200] * 3
    assert admin_client.patch(post, {"title": "New"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "/api/v1/nothing/", 404),
        ("post", "/api/nothing/", 404),
        ("get", "/api/v1/posts/0/", 404),
        ("get", "/api/v1/users/", 401),
        ("post", "/api/v1/posts/", 401),
        ("delete", "/api/v1/tags/", 401),
        ("get", "/api/v1/schema/", 200),
    ],
)
def test_what_is_refused_is_counted_as_well(
    method: str, address: str, status: int, settings: Settings, api_client: APIClient
) -> None:
    limit(settings, burst="2/day")
    statuses = [getattr(api_client, method)(address).status_code for _ in range(3)]
    assert statuses == [status, status, 429]


def test_what_one_may_not_do_is_counted_once(
    api_client: APIClient, reader_user: User, settings: Settings
) -> None:
    limit(settings, burst="4/day", user="4/day")
    forbidden = [api_client.post("/api/v1/posts/", {}).status_code for _ in range(3)]
    assert forbidden == [403] * 3
    assert statuses(api_client, 2) == [200, 429]


def test_what_nobody_can_read_is_counted(
    api_client: APIClient, settings: Settings
) -> None:
    limit(settings, burst="1/day")
    headers = {"Accept": "text/html"}
    answers = [api_client.get("/api/v1/tags/", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [406, 429]


def test_the_answer_says_how_long_to_wait(
    api_client: APIClient, settings: Settings
) -> None:
    limit(settings, burst="1/minute")
    api_client.get("/api/v1/tags/")
    answer = api_client.get("/api/v1/tags/")
    assert answer.json()["code"] == "throttled"
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_without_the_cache_nobody_is_shut_out(
    api_client: APIClient, settings: Settings, mocker: MockerFixture
) -> None:
    limit(settings, burst="1/day")
    mocker.patch("api.throttles.Throttle.cache.get", side_effect=RedisError)
    assert statuses(api_client, 2) == [200, 200]


def test_rates_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert throttle_rates(DEFAULT_RATES) == DEFAULT_RATES
    monkeypatch.setenv("THROTTLE_BURST", "5/second")
    monkeypatch.setenv("THROTTLE_ANON", "")
    rates = throttle_rates(DEFAULT_RATES)
    assert (rates["burst"], rates["anon"]) == ("5/second", "")
    assert rates["user"] == DEFAULT_RATES["user"]
