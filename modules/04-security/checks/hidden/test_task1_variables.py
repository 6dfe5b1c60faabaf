"""Task 1: with which variables no layer starts."""

import secrets

import pytest

from grader.checkpoint import check, expect_that, rsa_pair

PRODUCTION = {
    "ALLOWED_HOSTS": "localhost",
    "DATABASE_URL": "postgres://app:app@127.0.0.1:5432/app",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}
RIGHT = [("HS256", 32, "15", "24"), ("HS384", 48, "0.5", "0.5"), ("HS512", 64, "7", "1")]
WRONG = [
    *(("JWT_ALGORITHM", value) for value in ("none", "HS257")),
    *(("JWT_ACCESS_MINUTES", value) for value in ("15.01", "0", "-1", "nan")),
    *(("JWT_REFRESH_HOURS", value) for value in ("24.01", "0", "soon")),
]
LAYERS = ("config.settings.production", "config.settings.development", "config.settings.testing")


def _env(**more):
    keys = {"SECRET_KEY": secrets.token_hex(32), "JWT_SIGNING_KEY": secrets.token_hex(32)}
    return {name: value for name, value in {**PRODUCTION, **keys, **more}.items() if value is not ...}


def _starts(manage, settings, env):
    return manage("check", settings=settings, env=env).ok


def _refused(manage, settings, env, why):
    expect_that(not _starts(manage, settings, env), expected=f"{settings} does not start {why}", observed="it starts")


@check("tokens.variables", seconds=120)
def test_keys_of_production(manage):
    """Production starts with a key of its own for tokens, and neither without one nor with `SECRET_KEY`."""
    production = LAYERS[0]
    expect_that(_starts(manage, production, _env()), expected=f"{production} starts", observed="it does not")
    _refused(manage, production, _env(JWT_SIGNING_KEY=...), "without JWT_SIGNING_KEY")
    _refused(manage, production, _env(JWT_SIGNING_KEY=""), "with an empty JWT_SIGNING_KEY")
    same = secrets.token_hex(32)
    _refused(manage, production, _env(JWT_SIGNING_KEY=same, SECRET_KEY=same), "with SECRET_KEY as JWT_SIGNING_KEY")


@check("tokens.variables", seconds=120)
def test_other_layers_have_a_key(manage):
    """Development and testing start without a key of their own."""
    for settings in LAYERS[1:]:
        starts = _starts(manage, settings, _env(JWT_SIGNING_KEY=...))
        expect_that(starts, expected=f"{settings} starts without JWT_SIGNING_KEY", observed="it does not")


@check("tokens.variables", seconds=120)
@pytest.mark.parametrize(("algorithm", "size", "minutes", "hours"), RIGHT)
def test_right_values(manage, rng, algorithm, size, minutes, hours):
    """Every layer starts with the values that the brief allows."""
    lives = {"JWT_ACCESS_MINUTES": minutes, "JWT_REFRESH_HOURS": hours}
    key = secrets.token_hex(32)[:size]
    env, settings = _env(JWT_ALGORITHM=algorithm, JWT_SIGNING_KEY=key, **lives), rng.choice(LAYERS)
    said = f"{settings} starts with {algorithm}, a key of {size} bytes and {lives}"
    expect_that(_starts(manage, settings, env), expected=said, observed="it does not")


@check("tokens.variables", seconds=120)
@pytest.mark.parametrize(("name", "value"), WRONG)
def test_wrong_values(manage, rng, name, value):
    """No layer starts with another value."""
    settings = rng.choice(LAYERS)
    _refused(manage, settings, _env(**{name: value}), f"with {name}={value}")


@check("tokens.variables", seconds=120)
@pytest.mark.parametrize(("algorithm", "size"), [("HS256", 32), ("HS384", 48), ("HS512", 64)])
def test_short_keys(manage, rng, algorithm, size):
    """A shared key has at least as many bytes as the hash."""
    settings, key = rng.choice(LAYERS), secrets.token_hex(32)[: size - 1]
    env = _env(JWT_ALGORITHM=algorithm, JWT_SIGNING_KEY=key)
    _refused(manage, settings, env, f"with {algorithm} and a key of {size - 1} bytes")


@check("tokens.variables", seconds=120)
def test_a_pair_has_its_public_key(manage, rng):
    """With `RS256` a layer starts with both keys, and not with the private one alone."""
    settings, pair = rng.choice(LAYERS), rsa_pair()
    keys = {"JWT_ALGORITHM": "RS256", "JWT_SIGNING_KEY": pair.private_pem, "JWT_VERIFYING_KEY": pair.public_pem}
    expect_that(_starts(manage, settings, _env(**keys)), expected=f"{settings} starts with RS256", observed="no")
    _refused(manage, settings, _env(**{**keys, "JWT_VERIFYING_KEY": ...}), "with RS256 and no JWT_VERIFYING_KEY")
