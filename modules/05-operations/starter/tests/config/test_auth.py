"""Keys and lifetimes of tokens: what is not safe does not start."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.settings.auth import tokens

KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789-abcdefghijklmnopqrstuvwxyz-0123"
SECRET = "another-secret-of-the-application-that-signs-sessions"
VARIABLES = (
    "JWT_ALGORITHM",
    "JWT_VERIFYING_KEY",
    "JWT_ACCESS_MINUTES",
    "JWT_REFRESH_HOURS",
)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that says nothing about tokens."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_defaults() -> None:
    settings = tokens(signing_key=KEY, secret_key=SECRET)
    assert (settings["ALGORITHM"], settings["SIGNING_KEY"]) == ("HS256", KEY)
    assert settings["ACCESS_TOKEN_LIFETIME"] == timedelta(minutes=10)
    assert settings["REFRESH_TOKEN_LIFETIME"] == timedelta(hours=24)


@pytest.mark.parametrize(
    ("name", "value", "setting", "lifetime"),
    [
        ("JWT_ACCESS_MINUTES", "15", "ACCESS_TOKEN_LIFETIME", timedelta(minutes=15)),
        ("JWT_ACCESS_MINUTES", "0.05", "ACCESS_TOKEN_LIFETIME", timedelta(seconds=3)),
        ("JWT_REFRESH_HOURS", "0.5", "REFRESH_TOKEN_LIFETIME", timedelta(minutes=30)),
    ],
)
def test_lifetimes(
    name: str,
    value: str,
    setting: str,
    lifetime: timedelta,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(name, value)
    assert tokens(signing_key=KEY, secret_key=SECRET)[setting] == lifetime


def test_a_key_pair_may_stand_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_ALGORITHM", "ES256")
    monkeypatch.setenv("JWT_VERIFYING_KEY", r"-----BEGIN\nabc\n-----END")
    settings = tokens(signing_key=r"-----BEGIN\nxyz\n-----END", secret_key=SECRET)
    assert settings["SIGNING_KEY"] == "-----BEGIN\nxyz\n-----END"
    assert settings["VERIFYING_KEY"] == "-----BEGIN\nabc\n-----END"


@pytest.mark.parametrize(
    ("key", "variables", "named"),
    [
        (SECRET, {}, "JWT_SIGNING_KEY"),
        ("short", {}, "JWT_SIGNING_KEY"),
        (KEY[:63], {"JWT_ALGORITHM": "HS512"}, "JWT_SIGNING_KEY"),
        (KEY, {"JWT_ALGORITHM": "none"}, "JWT_ALGORITHM"),
        (KEY, {"JWT_ALGORITHM": "hs256"}, "JWT_ALGORITHM"),
        (KEY, {"JWT_ALGORITHM": "RS256"}, "JWT_VERIFYING_KEY"),
        (KEY, {"JWT_ACCESS_MINUTES": "16"}, "JWT_ACCESS_MINUTES"),
        (KEY, {"JWT_ACCESS_MINUTES": "0"}, "JWT_ACCESS_MINUTES"),
        (KEY, {"JWT_REFRESH_HOURS": "24.1"}, "JWT_REFRESH_HOURS"),
        (KEY, {"JWT_REFRESH_HOURS": "-1"}, "JWT_REFRESH_HOURS"),
    ],
)
def test_what_is_not_safe_does_not_start(
    key: str,
    variables: dict[str, str],
    named: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=named):
        tokens(signing_key=key, secret_key=SECRET)
