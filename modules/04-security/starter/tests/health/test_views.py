"""The probes, asked as an orchestrator asks them."""

import pytest
from django.db import OperationalError, connections
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_mock import MockerFixture

PROBES = ["/live", "/ready", "/healthz"]


@pytest.fixture
def no_database(mocker: MockerFixture) -> None:
    """A database that refuses every connection."""
    refuse = OperationalError("refused")
    mocker.patch.object(
        connections["default"], "get_new_connection", side_effect=refuse
    )


@pytest.fixture
def no_cache(settings: Settings) -> None:
    """A Redis where nobody listens: port 1 is nobody's."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }


def test_live_asks_nothing_else(client: Client) -> None:
    # Without the django_db mark any question to the database is an error.
    answer = client.get("/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_when_everything_answers(client: Client) -> None:
    answer = client.get("/ready")
    checks = {"database": "ok", "cache": "ok"}
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "checks": checks},
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("no_cache")
def test_not_ready_without_the_cache(client: Client) -> None:
    answer = client.get("/ready")
    checks = {"database": "ok", "cache": "unavailable"}
    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "unavailable", "checks": checks},
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("no_database")
def test_not_ready_without_the_database(client: Client) -> None:
    answer = client.get("/ready")
    checks = {"database": "unavailable", "cache": "ok"}
    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "unavailable", "checks": checks},
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("no_cache")
def test_healthz_does_not_mind_the_cache(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
@pytest.mark.usefixtures("no_database")
def test_healthz_needs_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})


@pytest.mark.django_db
@pytest.mark.parametrize("address", PROBES)
def test_no_answer_is_kept(address: str, client: Client) -> None:
    assert client.get(address).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", PROBES)
def test_probes_only_read(address: str, client: Client) -> None:
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", PROBES)
def test_probes_refuse_a_strange_host(address: str, client: Client) -> None:
    assert client.get(address, headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("address", PROBES)
def test_probes_are_not_sent_to_https(
    address: str, client: Client, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^(live|ready|healthz)$"]
    assert client.get(address).status_code == 200
