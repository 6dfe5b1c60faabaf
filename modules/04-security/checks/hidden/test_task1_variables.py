"""Task 1: with which variables no layer starts, where they are listed, and tokens of a pair on a curve."""

import base64
import re
import secrets
from itertools import cycle

import pytest

from grader.checkpoint import check, expect_that, read_jwt, rsa_pair

PRODUCTION = {
    "ALLOWED_HOSTS": "localhost",
    "DATABASE_URL": "postgres://app:app@127.0.0.1:5432/app",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}
RIGHT = [
    ("HS256", "k", 32, "15", "24"),
    ("HS256", "\u00e9", 16, "0.01", "0.01"),  # 32 bytes in UTF-8
    ("HS384", "k", 48, "0.5", "0.5"),
    ("HS512", "k", 64, "7", "1"),
]
WRONG = [
    *(("JWT_ALGORITHM", value) for value in ("none", "HS257")),
    *(("JWT_ACCESS_MINUTES", value) for value in ("15.01", "0", "-1", "nan")),
    *(("JWT_REFRESH_HOURS", value) for value in ("24.01", "0", "-1", "nan", "soon")),
]
# Libraries know them, and the brief allows none of them.
OTHER_PAIRS = ("RS512", "ES384", "PS256")
# The base point of the curve P-256, which is the public key of the private number 1.
BASE_POINT = (
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
CURVE = "301306072a8648ce3d020106082a8648ce3d030107"  # the DER of its name, and that of its kind


def _pem(kind, der):
    return f"-----BEGIN {kind}-----\n{base64.b64encode(bytes.fromhex(der)).decode()}\n-----END {kind}-----\n"


EC_PAIR = (
    _pem(
        "PRIVATE KEY",
        f"308187020100{CURVE}046d306b02010104200000000000000000000000000000000000000000000000000000000000000001"
        f"a144034200{BASE_POINT}",
    ),
    _pem("PUBLIC KEY", f"3059{CURVE}034200{BASE_POINT}"),
)
HASHES = ("HS256", "HS384", "HS512")
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
@pytest.mark.parametrize(("algorithm", "letter", "length", "minutes", "hours"), RIGHT)
def test_right_values(manage, rng, algorithm, letter, length, minutes, hours):
    """Every layer starts with the values that the brief allows."""
    key = letter * length
    lives = {"JWT_ACCESS_MINUTES": minutes, "JWT_REFRESH_HOURS": hours}
    env, settings = _env(JWT_ALGORITHM=algorithm, JWT_SIGNING_KEY=key, **lives), rng.choice(LAYERS)
    said = f"{settings} starts with {algorithm}, a key of {len(key.encode())} bytes and {lives}"
    expect_that(_starts(manage, settings, env), expected=said, observed="it does not")


@check("tokens.variables", seconds=120)
@pytest.mark.parametrize(("wrong", "settings"), zip(WRONG, cycle(LAYERS), strict=False))
def test_wrong_values(manage, wrong, settings):
    """No layer starts with another value."""
    name, value = wrong
    _refused(manage, settings, _env(**{name: value}), f"with {name}={value}")


@check("tokens.variables", seconds=120)
@pytest.mark.parametrize(("algorithm", "size", "settings"), zip(HASHES, (32, 48, 64), LAYERS, strict=True))
def test_short_keys(manage, algorithm, size, settings):
    """A shared key has at least as many bytes as the hash."""
    env = _env(JWT_ALGORITHM=algorithm, JWT_SIGNING_KEY=secrets.token_hex(32)[: size - 1])
    _refused(manage, settings, env, f"with {algorithm} and a key of {size - 1} bytes")


@check("tokens.variables", seconds=120)
@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_pair_has_its_public_key(manage, rng, algorithm):
    """With `RS256` and `ES256` a layer starts with both keys, and not with the private one alone."""
    private, public = (rsa_pair().private_pem, rsa_pair().public_pem) if algorithm == "RS256" else EC_PAIR
    keys = {"JWT_ALGORITHM": algorithm, "JWT_SIGNING_KEY": private, "JWT_VERIFYING_KEY": public}
    settings, other = rng.sample(LAYERS, 2)
    expect_that(_starts(manage, settings, _env(**keys)), expected=f"{settings} starts with {algorithm}", observed="no")
    _refused(manage, other, _env(**{**keys, "JWT_VERIFYING_KEY": ...}), f"with {algorithm} and no JWT_VERIFYING_KEY")


@check("tokens.variables", seconds=120)
@pytest.mark.parametrize(("algorithm", "settings"), zip(OTHER_PAIRS, LAYERS, strict=True))
def test_other_algorithms_with_a_pair(manage, algorithm, settings):
    """No layer starts with another algorithm, though both keys of a pair are there."""
    private, public = EC_PAIR if algorithm.startswith("E") else (rsa_pair().private_pem, rsa_pair().public_pem)
    env = _env(JWT_ALGORITHM=algorithm, JWT_SIGNING_KEY=private, JWT_VERIFYING_KEY=public)
    _refused(manage, settings, env, f"with {algorithm}")


VARIABLES = (
    "JWT_SIGNING_KEY",
    "JWT_ALGORITHM",
    "JWT_VERIFYING_KEY",
    "JWT_ACCESS_MINUTES",
    "JWT_REFRESH_HOURS",
    "LOGIN_FAILURE_LIMIT",
    "LOGIN_LOCKOUT_SECONDS",
    "THROTTLE_LOGIN",
    "THROTTLE_REGISTER",
    "CORS_ALLOWED_ORIGINS",
    "ADMIN_NETWORKS",
)


@check("tokens.variables")
def test_variables_are_listed(files):
    """`.env.example` lists all variables of this module."""
    text = files.text(".env.example")
    for name in VARIABLES:
        found = re.search(rf"^\s*(?:#\s*)?(?:export\s+)?{name}\s*=", text, re.M)
        expect_that(found, expected=f"{name} in .env.example", observed="it is not there")


@check("tokens.variables")
def test_compose_has_a_key(files):
    """`docker compose up` starts without a manual step: somewhere there is a key for tokens, or a default of one."""
    compose = files.text("docker-compose.yml")
    others = [path for pattern in ("Dockerfile", "docker/**/*", "*.sh") for path in files.glob(pattern)]
    texts = [compose, *(files.text(path) for path in others)]
    given = any("JWT_SIGNING_KEY" in text for text in texts) or "env_file" in compose
    expect_that(given, expected="JWT_SIGNING_KEY in docker-compose.yml or in what it starts", observed="nowhere")
    needed = re.search(r"\$\{JWT_SIGNING_KEY(?::?\?[^}]*|:?-)?\}|\$JWT_SIGNING_KEY\b", compose)
    expect_that(not needed, expected="JWT_SIGNING_KEY with a default", observed=needed and needed[0])


@check("tokens.claims", seconds=60)
def test_signed_by_a_pair_on_a_curve(api_with, log_in, renew, accepted, refused):
    """With `ES256` tokens are signed so, and one of another pair or with a changed signature is refused."""
    private, public = EC_PAIR
    server = api_with(env={"JWT_ALGORITHM": "ES256", "JWT_SIGNING_KEY": private, "JWT_VERIFYING_KEY": public})
    session = log_in("editor", to=server)
    for text in (session.access, session.refresh):
        expect_that(read_jwt(text).header.get("alg") == "ES256", expected="`alg` ES256", observed=read_jwt(text).header)
    accepted(session, to=server)
    begin, _, signature = session.access.rpartition(".")
    refused(f"{begin}.{signature[::-1]}", because="its signature was changed", to=server)
    accepted(renew(session, to=server), to=server)
