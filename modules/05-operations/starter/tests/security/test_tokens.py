"""Forged, changed, swapped and outdated tokens."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from rest_framework.test import APIClient
from rest_framework_simplejwt import state
from rest_framework_simplejwt.backends import TokenBackend

from accounts.roles import Role
from tests.authentication.conftest import Login, refresh, works
from tests.factories import UserFactory

KEY: str = settings.SIMPLE_JWT["SIGNING_KEY"]
type Claims = dict[str, Any]


def claims_of(token: str) -> Claims:
    claims: Claims = jwt.decode(token, options={"verify_signature": False})
    return claims


def signed(claims: Claims, key: str = KEY, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key, algorithm=algorithm)


def unsigned(claims: Claims, header: dict[str, str]) -> str:
    parts = [json.dumps(part).encode() for part in (header, claims)]
    return ".".join(
        [*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""]
    )


FORGERIES: dict[str, Callable[[str], str]] = {
    "alg none": lambda token: unsigned(claims_of(token), {"alg": "none"}),
    "alg None": lambda token: unsigned(claims_of(token), {"alg": "NoNe"}),
    "no alg": lambda token: unsigned(claims_of(token), {"typ": "JWT"}),
    "no signature": lambda token: token.rsplit(".", 1)[0] + ".",
    "other key": lambda token: signed(claims_of(token), "x" * 64),
    "Django's key": lambda token: signed(claims_of(token), settings.SECRET_KEY * 3),
    "empty key": lambda token: signed(claims_of(token), "\0" * 64),
    "other algorithm": lambda token: signed(claims_of(token), KEY * 2, "HS512"),
    "changed claim": lambda token: ".".join(
        [
            token.split(".")[0],
            unsigned(claims_of(token) | {"role": "admin"}, {}).split(".")[1],
            token.split(".")[2],
        ]
    ),
    "expired": lambda token: signed(claims_of(token) | {"exp": 1_700_000_000}),
    "for ever": lambda token: signed(
        {name: claim for name, claim in claims_of(token).items() if name != "exp"}
    ),
    "other issuer": lambda token: signed(claims_of(token) | {"iss": "elsewhere"}),
    "other audience": lambda token: signed(claims_of(token) | {"aud": "elsewhere"}),
    "no session": lambda token: signed(claims_of(token) | {"sid": None}),
    "made up session": lambda token: signed(claims_of(token) | {"sid": str(uuid4())}),
    "broken session": lambda token: signed(claims_of(token) | {"sid": {"a": 1}}),
    "not a token": lambda token: "a.b.c",
    "bytes": lambda token: "\x00\xff",
    "embedded key": lambda token: jwt.encode(
        claims_of(token),
        "x" * 64,
        headers={"jwk": {"kty": "oct", "k": "eA"}, "kid": "../../dev/null"},
    ),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=list(FORGERIES))
def test_forged_access_tokens_open_nothing(
    forge: Callable[[str], str], login: Login
) -> None:
    token = login()["access"]
    assert works(token)
    assert not works(forge(token))


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=list(FORGERIES))
def test_forged_refresh_tokens_buy_nothing(
    forge: Callable[[str], str], login: Login
) -> None:
    token = login()["refresh"]
    forged = forge(token)
    answer = APIClient().post("/api/v1/auth/refresh/", {"refresh": forged})
    assert answer.status_code in (400, 401)  # a NUL is not even text
    assert refresh(token) is not None  # and do the owner no harm


def test_each_token_is_good_for_its_own_purpose_only(login: Login) -> None:
    pair = login()
    assert not works(pair["refresh"])
    assert refresh(pair["access"]) is None


def test_a_token_names_its_owner_by_session_and_not_by_claim(login: Login) -> None:
    """Even who could sign tokens would have to know a running session of the victim's."""
    admin = UserFactory(role=Role.ADMIN)
    token = login()["access"]
    forged = signed(claims_of(token) | {"user_id": str(admin.pk), "role": "admin"})
    client = APIClient(headers={"Authorization": f"Bearer {forged}"})
    assert client.get("/api/v1/users/").status_code == 403


def test_the_public_key_is_no_secret_to_sign_with(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Key confusion: a server with a key pair is sent a token signed by its public key."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    secret = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    public = (
        private.public_key()
        .public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo,
        )
        .decode()
    )
    who = ("publishing-platform", "publishing-platform")
    backend = TokenBackend("RS256", secret, public, *who)
    monkeypatch.setattr(state, "token_backend", backend)
    token = login()["access"]
    assert jwt.get_unverified_header(token)["alg"] == "RS256"
    assert works(token)
    header = {"alg": "HS256", "typ": "JWT"}
    head = unsigned(claims_of(token), header).removesuffix(".")
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        head.encode(), public.encode()
    )
    encoded = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    assert not works(f"{head}.{encoded}")


def test_lifetimes(login: Login) -> None:
    pair = login()
    access, refreshing = claims_of(pair["access"]), claims_of(pair["refresh"])
    assert access["exp"] - access["iat"] <= timedelta(minutes=15).total_seconds()
    assert refreshing["exp"] - refreshing["iat"] <= timedelta(days=1).total_seconds()


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer a b", "bearer x", "Basic YTpi", "Token x", ""]
)
def test_odd_headers_are_nobody(header: str) -> None:
    client = APIClient(headers={"Authorization": header})
    answer = client.post("/api/v1/auth/logout-everywhere/")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert answer.headers["Content-Type"] == "application/problem+json"
