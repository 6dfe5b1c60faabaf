# FILE SOLUTION 04
"""Which rates count the requests below /auth/, and by what: the brief, task 4."""

import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import User
from accounts.roles import Role
from tests.authentication.conftest import PASSWORD, Login

pytestmark = pytest.mark.django_db

# By "person" is by the account that logged in, or whose refresh token it is.
TABLE = """
    path               burst    anon     user    sensitive login    register
    login              address  address  -       -         address  -
    register           address  address  -       -         -        address
    refresh            address  address  -       address   -        -
    logout             address  address  -       address   -        -
    password           address  address  -       address   -        -
    logout-everywhere  address  address  -       address   -        -
    invite             address  address  -       address   -        -
    set-password       address  address  -       address   -        -
    +refresh           person   -        person  person    -        -
    +logout            person   -        person  person    -        -
    +password          person   -        person  person    -        -
    +logout-everywhere person   -        person  person    -        -
    +invite            person   -        person  person    -        -
"""


def cells() -> list[tuple[str, str, str]]:
    """Path, with a "+" if it is asked by a person; rate; by what it counts."""
    head, *lines = TABLE.strip().splitlines()
    return [
        (path, scope, by)
        for path, *ways in map(str.split, lines)
        for scope, by in zip(head.split()[1:], ways, strict=True)
    ]


def limit(settings: Settings, **rates: str) -> None:
    """Set these rates, and no others."""
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "") | rates


@pytest.mark.parametrize(("path", "scope", "by"), cells())
def test_what_counts_where(
    path: str, scope: str, by: str, login: Login, settings: Settings
) -> None:
    def ask(address: str) -> int:
        client = APIClient(REMOTE_ADDR=address)
        sent: dict[str, object] = {}
        if path.startswith("+"):
            sent["refresh"] = token
            client.force_login(User.objects.get())  # as they are now
        answer = client.post(f"/api/v1/auth/{path.removeprefix('+')}/", sent)
        return int(answer.status_code)

    token = login()["refresh"]
    limit(settings, **{scope: "1/day"})
    first, again, elsewhere = (ask(f"203.0.113.{number}") for number in (1, 1, 2))
    assert first != 429
    assert (again == 429) is (by != "-")
    assert (elsewhere == 429) is (by == "person")


@pytest.mark.parametrize("path", ["refresh", "logout"])
def test_a_refresh_token_that_names_nobody_counts_by_address(
    path: str, login: Login, settings: Settings
) -> None:
    token = RefreshToken(login()["refresh"])  # type: ignore[arg-type]
    del token["user_id"]
    limit(settings, sensitive="1/day")
    answers = [
        APIClient().post(f"/api/v1/auth/{path}/", {"refresh": "x"}),
        APIClient().post(f"/api/v1/auth/{path}/", {"refresh": str(token)}),
    ]
    assert [answer.status_code for answer in answers] == [401, 429]


@pytest.mark.parametrize("path", ["login", "register"])
@pytest.mark.parametrize("sent", [{}, {"username": "ann", "password": PASSWORD}])
def test_whatever_is_sent_counts(
    path: str, sent: dict[str, str], ann: User, settings: Settings
) -> None:
    limit(settings, **{path: "2/day"})
    client = APIClient()
    statuses = [
        client.post(f"/api/v1/auth/{path}/", sent).status_code for _ in range(3)
    ]
    assert 429 not in statuses[:2]
    assert statuses[2] == 429


def test_ids_are_strict(ann: User) -> None:
    client = APIClient()
    client.force_login(ann)
    User.objects.update(role=Role.ADMIN)
    for given, status in (ann.pk, 200), (str(ann.pk), 400), (True, 400), (0, 400):
        answer = client.post("/api/v1/auth/invite/", {"user": given})
        assert answer.status_code == status, given
