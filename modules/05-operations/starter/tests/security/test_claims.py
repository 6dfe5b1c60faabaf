"""Which claims, header members and schemes count: the brief, task 1."""

from collections.abc import Callable
from time import time
from typing import Any

import jwt
import pytest
from django.conf import settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.authentication.conftest import Login, refresh, works

KEY: str = settings.SIMPLE_JWT["SIGNING_KEY"]
type Claims = dict[str, Any]


def claims_of(token: str) -> Claims:
    claims: Claims = jwt.decode(token, options={"verify_signature": False})
    return claims


def without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: claims[key] for key in claims if key != name}


def given(**values: Any) -> Callable[[Claims], Claims]:
    return lambda claims: claims | values


def in_seconds(name: str, seconds: int) -> Callable[[Claims], Claims]:
    """A time so long after the test began to run, or before it."""
    return lambda claims: claims | {name: int(time()) + seconds}


# Signed with the right key, all of them.
REFUSED: dict[str, Callable[[Claims], Claims]] = {
    "no exp": without("exp"),
    "no token_type": without("token_type"),
    "no jti": without("jti"),
    "exp is over": in_seconds("exp", -1),
    "exp is no number": given(exp="tomorrow"),
    "exp is a number in a text": given(exp="32503680000"),
    "exp is a list": given(exp=[1]),
    "exp is beyond all time": given(exp=1e300),
    "nbf is to come": in_seconds("nbf", 60),
    "other token_type": given(token_type="sliding"),
}
ACCEPTED: dict[str, Callable[[Claims], Claims]] = {
    "the same": given(),
    "nbf is over": in_seconds("nbf", -60),
    "further claims": given(further={"claims": [1]}),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=list(REFUSED))
def test_refused(change: Callable[[Claims], Claims], login: Login) -> None:
    pair = login()
    for use, token in (works, pair["access"]), (refresh, pair["refresh"]):
        changed = jwt.encode(change(claims_of(token)), KEY, algorithm="HS256")
        assert not use(changed)


@pytest.mark.parametrize("change", ACCEPTED.values(), ids=list(ACCEPTED))
def test_accepted(change: Callable[[Claims], Claims], login: Login) -> None:
    pair = login()
    for use, token in (works, pair["access"]), (refresh, pair["refresh"]):
        changed = jwt.encode(change(claims_of(token)), KEY, algorithm="HS256")
        assert use(changed)


@pytest.mark.parametrize("name", ["kid", "jku", "x5u"])
def test_the_header_chooses_no_key(name: str, login: Login) -> None:
    claims = claims_of(login()["access"])
    other = "another key that is long enough for it"
    assert not works(jwt.encode(claims, other, headers={name: "../../dev/null"}))


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("Bearer {}", 200),
        ("bearer {}", 200),
        ("BEARER {}", 200),
        ("Bearer  {}", 200),
        ("Bearer", 401),
        ("Bearer ", 401),
        ("Bearer x{}", 401),
        ("Bearer {} {}", 401),
        ("Bearerx {}", 200),
        ("Token nonsense", 200),
    ],
)
def test_schemes_where_nobody_has_to_log_in(
    value: str, status: int, login: Login
) -> None:
    header = value.format(*[login()["access"]] * 2)
    answer = APIClient().get("/api/v1/tags/", headers={"Authorization": header})
    assert answer.status_code == status
    if status == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_whose_account_was_deleted_is_nobody(login: Login, ann: User) -> None:
    pair = login()
    ann.delete()
    assert not works(pair["access"])
    assert refresh(pair["refresh"]) is None
    sent = {"refresh": pair["refresh"]}
    assert APIClient().post("/api/v1/auth/logout/", sent).status_code == 401


def test_a_token_that_was_used_logs_out_once(login: Login) -> None:
    pair = login()
    following = refresh(pair["refresh"])
    assert following is not None
    for token, status in (pair["refresh"], 204), (following["refresh"], 401):
        answer = APIClient().post("/api/v1/auth/logout/", {"refresh": token})
        assert answer.status_code == status
    assert not works(following["access"])
    assert refresh(following["refresh"]) is None
