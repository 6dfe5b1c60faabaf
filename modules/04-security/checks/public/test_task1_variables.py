"""Task 1: with which variables production starts, the plain cases."""

import secrets

import pytest

from grader.checkpoint import check, expect_that

PRODUCTION = {
    "ALLOWED_HOSTS": "localhost",
    "DATABASE_URL": "postgres://app:app@127.0.0.1:5432/app",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}
WRONG = [
    ({"JWT_SIGNING_KEY": ""}, "without JWT_SIGNING_KEY"),
    ({"JWT_SIGNING_KEY": "shorter than 32 bytes"}, "with a key of 21 bytes"),
    ({"JWT_ALGORITHM": "HS1"}, "with JWT_ALGORITHM=HS1"),
    ({"JWT_ACCESS_MINUTES": "16"}, "with JWT_ACCESS_MINUTES=16"),
    ({"JWT_REFRESH_HOURS": "25"}, "with JWT_REFRESH_HOURS=25"),
]


@pytest.fixture
def starts(manage):
    """``starts(JWT_ALGORITHM="HS512")``: whether production does, with these variables beside good ones."""

    def run(**more):
        keys = {"SECRET_KEY": secrets.token_hex(32), "JWT_SIGNING_KEY": secrets.token_hex(32)}
        return manage("check", settings="config.settings.production", env={**PRODUCTION, **keys, **more}).ok

    return run


@check("tokens.variables", seconds=60)
def test_production_starts(starts):
    """Production starts with a key for tokens, and with the longest lives that tokens may have."""
    for more in ({}, {"JWT_ACCESS_MINUTES": "15", "JWT_REFRESH_HOURS": "24"}):
        expect_that(starts(**more), expected=f"production starts with {more or 'both keys'}", observed="it does not")


@check("tokens.variables", seconds=60)
@pytest.mark.parametrize(("more", "why"), WRONG)
def test_production_does_not_start(starts, more, why):
    """Production does not start with a variable of tokens that is missing or wrong."""
    expect_that(not starts(**more), expected=f"production does not start {why}", observed="it starts")
